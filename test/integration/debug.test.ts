// Debuggers led into processes that run in containers: found behind their reloaders, found again after a reload.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, describe, test } from "node:test";
import { openDebugger } from "../../src/engine/environment/index.ts";
import { becomes, checkout, hello, tiny, unique } from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { prepareImages } from "../rig/project.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  await prepareImages(["node:22-bookworm-slim", "python:3.13-slim"], rig);
});

describe("a debugger", { concurrency: 2 }, () => {
  test("reaches the Node process below a reloader, and the one after a reload", {
    timeout: 300_000,
  }, async () => {
    await using project = await checkout(rig, tiny());
    const { url } = await project.up();
    using opened = await openDebugger(project.here, "web");
    assert.equal(opened.kind, "node");
    assert.deepEqual([opened.localRoot, opened.remoteRoot], [project.here.folder, "/app"]);
    assert.match(await title(opened.port), /server\.js/);
    await project.edit("server.js", (text) => text.replace('"hello"', '"changed"'));
    await becomes(url, /^changed$/);
    assert.match(await title(opened.port), /server\.js/);
    const { port } = opened;
    opened[Symbol.dispose]();
    await assert.rejects(title(port), "the way is closed with the debugger");
  });

  test("reaches a Python process below a reloader, and the one after a reload", {
    timeout: 300_000,
  }, async () => {
    await using project = await checkout(rig, snake());
    const { url } = await project.up();
    using opened = await openDebugger(project.here, "web");
    assert.equal(opened.kind, "python");
    assert.match(await greet(opened.port), /"command": ?"initialize"/);
    await project.edit("server.py", (text) => text.replace('b"hello"', 'b"changed"'));
    await becomes(url, /^changed$/);
    assert.match(await greet(opened.port), /"command": ?"initialize"/);
  });

  test("that is none, or that cannot be, is said", { timeout: 300_000 }, async () => {
    await using project = await checkout(rig, tiny({ server: `process.on("SIGUSR1", () => {}); ${hello}` }));
    await assert.rejects(openDebugger(project.here, "web"), /The environment of tiny-\w+ is not running/);
    await project.up();
    await assert.rejects(openDebugger(project.here, "wbe"), /There is no process or service "wbe"/);
    await assert.rejects(
      openDebugger(project.here, "web"),
      /web did not begin to listen to debuggers \(no Node process listens to debuggers\)/,
    );
  });
});

/** What Node says of itself to debuggers. */
async function title(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(20_000) });
  return JSON.stringify(await answer.json());
}

/** The first words of the protocol that editors speak with debuggers, and what is answered. */
async function greet(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const request = JSON.stringify({
    seq: 1,
    type: "request",
    command: "initialize",
    arguments: { adapterID: "test" },
  });
  socket.write(`Content-Length: ${request.length}\r\n\r\n${request}`);
  let said = "";
  for await (const chunk of socket) {
    said += chunk;
    if (said.includes('"initialize"')) break;
  }
  return said;
}

/** A server in plain Python that starts itself anew when its file changes: parent and child, as reloaders have them. */
function snake(): Record<string, string> {
  return {
    "requirements.txt": "",
    "server.py": `import http.server, os, subprocess, sys, time

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

if sys.argv[1:] == ["child"]:
    http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Hello).serve_forever()
while True:
    child, before = subprocess.Popen([sys.executable, __file__, "child"]), os.stat(__file__).st_mtime
    while os.stat(__file__).st_mtime == before:
        time.sleep(0.2)
    child.terminate()
    child.wait()
`,
    "sistership.yaml": `name: ${unique("snake")}
runtime: python@3.13
build: { install: pip install -r requirements.txt }
processes:
  web: { run: python server.py, port: 8000, health: / }
`,
  };
}
