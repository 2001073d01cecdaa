// Debuggers led into processes that run in containers: found behind their reloaders, found again after a reload; stopped at
// a line, where they show what is in its variables.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { before, describe, test } from "node:test";
import { execCommand, type OpenDebugger, openDebugger } from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { becomes, type Checkout, checkout, hello, page, tiny, unique } from "../rig/checkout.ts";
import { DapClient } from "../rig/dap.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { prepareImages } from "../rig/project.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  await prepareImages(
    [
      "node:22-bookworm-slim",
      "python:3.13-slim",
      "golang:1.26",
      "postgres:17",
      "php:8.2-apache",
      "php:8.2-cli",
    ],
    rig,
  );
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

  test("stops a Go process at a line, shows its variables, and lets it go on", {
    timeout: 400_000,
  }, async () => {
    await using project = await checkout(rig, { sample: "go-links" });
    await project.edit("sistership.yaml", (text) => text.replace(/go@[\d.]+/, "go@1.26"));
    const { url } = await project.up();
    using opened = await openDebugger(project.here, "web");
    assert.equal(opened.kind, "go");
    const substitutePath = [{ from: opened.localRoot, to: opened.remoteRoot }];
    using dap = await attached(opened, { mode: "remote", substitutePath });
    await breakAt(dap, project, "handler.go", /store\.Add/);
    const body = new URLSearchParams({ url: "https://example.org/" });
    const answer = fetch(`${url}/links`, { method: "POST", body, redirect: "manual" });
    const { threadId, variables } = await stopped(dap);
    assert.match(variables.get("slug") ?? "", /^"[0-9a-f]{8}"$/);
    assert.match(variables.get("target") ?? "", /Host: "example\.org"/);
    await dap.ask("continue", { threadId });
    assert.equal((await answer).status, 201);
    await dap.ask("disconnect");
    assert.match(await page(url), /example\.org/, "it goes on without its debugger");
  });

  test("stops PHP at a line of a request, and is gone when nobody debugs", { timeout: 400_000 }, async () => {
    await using project = await checkout(rig, elephant("apache2-foreground"));
    const { url } = await project.up();
    assert.equal(await page(url), "hello nobody, off", "Xdebug is not even loaded");
    using opened = await openDebugger(project.here, "web");
    assert.equal(opened.kind, "php");
    using dap = await attached(opened, {});
    await breakAt(dap, project, "public/index.php", /implode/);
    const answer = page(`${url}/?name=Ada`);
    const { threadId, frames, variables } = await stopped(dap);
    assert.deepEqual(frames, [
      `greet ${project.file("public/index.php")}`,
      `{main} ${project.file("public/index.php")}`,
    ]);
    assert.equal(variables.get("$name"), '"Ada"');
    assert.equal(variables.get("$words"), "array(2)");
    const seen = await dap.ask("evaluate", { expression: "strtoupper($name)", frameId: threadId * 1000 });
    assert.equal(seen.result, '"ADA"');
    await dap.ask("next", { threadId });
    assert.equal((await dap.event("stopped")).reason, "step");
    await dap.ask("continue", { threadId });
    assert.equal(await answer, "hello Ada, on");
    opened[Symbol.dispose]();
    await becomes(url, /^hello nobody, off$/);
  });

  test("of PHP is led to who waits for Xdebug; a server of PHP's own starts again for it", {
    timeout: 400_000,
  }, async () => {
    await using project = await checkout(rig, elephant("php -S 0.0.0.0:8080 -t public"));
    const { url } = await project.up();
    assert.equal(await page(url), "hello nobody, off");
    await using editor = await xdebugEditor();
    using opened = await openDebugger(project.here, "web", { xdebugPort: editor.port });
    await becomes(url, /^hello nobody, on$/);
    assert.match(await editor.introduced, /<init .*fileuri="file:\/\/\/app\/public\/index\.php"/);
    await assert.rejects(openDebugger(project.here, "web"), /9003 is taken: another window may lead there/);
    opened[Symbol.dispose]();
    await becomes(url, /^hello nobody, off$/);
  });

  test("is in no image that is released", { timeout: 400_000 }, async () => {
    await using project = await checkout(rig, elephant("php -S 0.0.0.0:8080 -t public"));
    await project.up({ rehearsal: {} });
    const rehearsal = { ...project.here, rehearsal: {} };
    const { program, args, env } = await execCommand(
      rehearsal,
      ["find", "/", "-xdev", "-iname", "*xdebug*"],
      { tty: false },
    );
    const { stdout } = await run(
      { program, ...(args ? { args } : {}), ...(env ? { env } : {}) },
      { accept: [0, 1] },
    );
    assert.equal(stdout, "");
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

/** An editor that has come to an understanding with a debugger, but for where to stop. */
async function attached(opened: OpenDebugger, settings: object): Promise<DapClient> {
  const dap = await DapClient.connect(opened.port);
  await dap.ask("initialize", { adapterID: "test", pathFormat: "path", linesStartAt1: true });
  dap.send("attach", { request: "attach", ...settings });
  await dap.event("initialized");
  return dap;
}

async function breakAt(dap: DapClient, project: Checkout, path: string, text: RegExp): Promise<void> {
  const file = project.file(path);
  const line =
    readFileSync(file, "utf8")
      .split("\n")
      .findIndex((one) => text.test(one)) + 1;
  const { breakpoints } = await dap.ask("setBreakpoints", {
    source: { path: file },
    breakpoints: [{ line }],
  });
  assert.equal(breakpoints[0].verified, true);
  await dap.ask("configurationDone");
}

/** Where it stopped, and what is to be seen there. */
async function stopped(dap: DapClient) {
  const { threadId, reason } = await dap.event("stopped");
  assert.equal(reason, "breakpoint");
  const { stackFrames } = await dap.ask("stackTrace", { threadId });
  const { scopes } = await dap.ask("scopes", { frameId: stackFrames[0].id });
  const { variables } = await dap.ask("variables", { variablesReference: scopes[0].variablesReference });
  return {
    threadId,
    frames: stackFrames.map(
      ({ name, source }: { name: string; source: { path: string } }) => `${name} ${source.path}`,
    ),
    variables: new Map<string, string>(
      variables.map(({ name, value }: { name: string; value: string }) => [name, value]),
    ),
  };
}

/** Stands where an editor's extension for Xdebug does: lets each run of PHP go on. */
async function xdebugEditor() {
  let hear = (_: string) => {};
  const introduced = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("data", (chunk: Buffer) => hear(chunk.toString()));
    socket.on("error", () => {}).write("detach -i 1\0");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    introduced,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

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

/** A page in plain PHP that says whether Xdebug is there. */
function elephant(run: string): Record<string, string> {
  const serve = run.startsWith("apache") ? "serve: public, " : "";
  return {
    "public/index.php": `<?php
function greet(string $name): void {
    $words = ["hello", $name];
    $on = extension_loaded("xdebug") ? "on" : "off";
    $said = implode(" ", $words);
    echo "$said, $on";
}
greet($_GET["name"] ?? "nobody");
`,
    "sistership.yaml": `name: ${unique("elephant")}
runtime: php@8.2
processes:
  web: { run: ${run}, ${serve}port: 8080, health: / }
`,
  };
}
