// The logs of a real Compose project: in order, whole, and followed through what happens to containers.
import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import {
  followLogs,
  gather,
  type LogEvent,
  type LogLine,
  projectOf,
} from "../../src/engine/environment/index.ts";
import { composeOrigin } from "../../src/engine/environment/logs/follow.ts";
import { run } from "../../src/engine/process/index.ts";
import { type Printing, printing } from "../rig/printing.ts";

const timeout = 120_000;
const cli = ["--no-warnings", new URL("../../src/cli.ts", import.meta.url).pathname];

interface Followed extends AsyncDisposable {
  lines: LogLine[];
  events: LogEvent[];
  until: (done: () => boolean) => Promise<void>;
}

function follow({ here: { machine }, project }: Printing): Followed {
  return read((signal) => followLogs({ machine, project, follow: true, signal }));
}

function read(from: (signal: AbortSignal) => AsyncIterable<LogEvent>): Followed {
  const cancel = new AbortController();
  const lines: LogLine[] = [];
  const events: LogEvent[] = [];
  let wake = () => {};
  const reading = (async () => {
    for await (const event of from(cancel.signal)) {
      if (event.kind === "lines") for (const line of event.lines) lines.push(line);
      else events.push(event);
      wake();
    }
  })();
  return {
    lines,
    events,
    until: async (done) => {
      while (!done()) {
        const next = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([
          next,
          reading,
          wait(60_000, undefined, { ref: false }).then(() => assert.fail("it did not come")),
        ]);
      }
    },
    async [Symbol.asyncDispose]() {
      cancel.abort();
      await reading;
    },
  };
}

async function all({ here: { machine }, project }: Printing, processes: string[] = []): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const { signal } = new AbortController();
  for await (const event of followLogs({ machine, project, processes, follow: false, signal }))
    if (event.kind === "lines") for (const line of event.lines) lines.push(line);
  return lines;
}

const texts = (lines: readonly LogLine[], process: string) =>
  lines.filter((line) => line.process === process).map(({ text }) => text);

test("what was printed is read whole, in the order of time, with its stream", { timeout }, async () => {
  await using project = await printing({
    web: { prints: "for i in $(seq 1 20000); do echo line $i; done; echo trouble >&2" },
    worker: { prints: "for i in $(seq 1 5); do echo tick $i; sleep 0.1; done" },
    tty: { prints: "echo one; printf 'two\\n'; printf three", terminal: true },
    long: { prints: "head -c 50000 /dev/zero | tr '\\0' x; echo; printf 'no end'" },
  });
  assert.equal(await projectOf(project.here), project.project);
  await project.compose("up", "--detach");
  await project.ended();
  const lines = await all(project);
  const web = texts(
    lines.filter(({ stream }) => stream === "stdout"),
    "web",
  );
  assert.equal(web.length, 20_000);
  assert.deepEqual([web[0], web[19_999]], ["line 1", "line 20000"]);
  assert.equal(lines.find(({ text }) => text === "trouble")?.stream, "stderr");
  assert.deepEqual(texts(lines, "tty"), ["one", "two", "three"]);
  assert.deepEqual(
    texts(lines, "long").map((text) => text.length),
    [50_000, 6],
  );
  assert.ok(
    lines.every(({ time }, i) => time >= (lines[i - 1]?.time ?? 0)),
    "in the order of time",
  );
  assert.deepEqual(texts(await all(project, ["worker"]), "web"), []);

  // the same at a prompt
  const at = { cwd: project.here.folder, env: project.env };
  const { stdout } = await run({
    program: process.execPath,
    args: [...cli, "logs", "worker", "--json"],
    ...at,
  });
  const objects = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(objects.map(({ process, stream, text }) => [process, stream, text])[0], [
    "worker",
    "stdout",
    "tick 1",
  ]);
  assert.equal(objects.length, 5);
});

test("containers that appear, end and start again are followed, and nothing twice", { timeout }, async () => {
  await using project = await printing({
    web: { prints: "echo begun; exec sleep 1000" },
    late: { prints: "echo late; exit 3" },
  });
  await project.compose("up", "--detach", "web");
  await using followed = follow(project);
  await followed.until(() => texts(followed.lines, "web").length === 1);
  await project.compose("restart", "web");
  await followed.until(() => texts(followed.lines, "web").length === 2);
  await project.compose("up", "--detach", "late");
  await followed.until(() =>
    followed.events.some(
      (event) =>
        event.kind === "processes" &&
        event.processes.some(
          ({ name, state, exitCode }) => name === "late" && state === "ended" && exitCode === 3,
        ),
    ),
  );
  await followed.until(() => texts(followed.lines, "late").length === 1);
  assert.deepEqual(texts(followed.lines, "web"), ["begun", "begun"]);
});

test("an engine that goes away and comes back is gone on with: nothing lost, nothing twice", {
  timeout,
}, async () => {
  await using project = await printing({
    web: { prints: "i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.05; done" },
  });
  await project.compose("up", "--detach");
  await using between = await interruptible(project.rig.socket, join(project.here.folder, "between.sock"));
  const { machine } = project.here;
  const env = { ...machine.env, DOCKER_HOST: `unix://${between.path}` };
  await using followed = follow({ ...project, here: { ...project.here, machine: { ...machine, env } } });
  await followed.until(() => followed.lines.length > 10);
  between.cut();
  const isState = (wanted: string) => (event: LogEvent | undefined) =>
    event?.kind === "connection" && event.state === wanted;
  await followed.until(() => followed.events.some(isState("reconnecting")));
  const seen = followed.lines.length;
  between.mend();
  await followed.until(() => isState("live")(followed.events.findLast(({ kind }) => kind === "connection")));
  await followed.until(() => followed.lines.length > seen + 20);
  assert.deepEqual(
    texts(followed.lines, "web"),
    followed.lines.map((_, i) => `tick ${i + 1}`),
  );
});

test("two engines are read as one, and where one goes away the other goes on", { timeout }, async () => {
  const counts = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo tick $i; sleep 0.05; done";
  await using here = await printing({ here: { prints: counts } });
  await using there = await printing({ there: { prints: counts } });
  await here.compose("up", "--detach");
  await there.compose("up", "--detach");
  await using between = await interruptible(there.rig.socket, join(there.here.folder, "between.sock"));
  const { machine } = there.here;
  const env = { ...machine.env, DOCKER_HOST: `unix://${between.path}` };
  const origins = [
    composeOrigin({ machine: here.here.machine, project: here.project }),
    composeOrigin({ machine: { ...machine, env }, project: there.project }),
  ];
  const connection = (events: readonly LogEvent[]) => events.findLast(({ kind }) => kind === "connection");
  await using followed = read((signal) => gather(origins, { follow: true, signal }));
  await followed.until(() => texts(followed.lines, "there").length > 10);
  between.cut();
  await followed.until(() => {
    const last = connection(followed.events);
    return last?.kind === "connection" && last.state === "reconnecting";
  });
  const seen = texts(followed.lines, "here").length;
  await followed.until(() => texts(followed.lines, "here").length > seen + 20);
  between.mend();
  const all = Array.from({ length: 200 }, (_, i) => `tick ${i + 1}`);
  await followed.until(() => ["here", "there"].every((name) => texts(followed.lines, name).length >= 200));
  assert.deepEqual(texts(followed.lines, "here"), all);
  assert.deepEqual(texts(followed.lines, "there"), all);

  // what was printed before is put in order over both
  const lines: LogLine[] = [];
  const { signal } = new AbortController();
  for await (const event of gather(origins, { follow: false, signal }))
    if (event.kind === "lines") lines.push(...event.lines);
  assert.equal(lines.length, 400);
  assert.ok(lines.every(({ time }, i) => time >= (lines[i - 1]?.time ?? 0)));
  assert.notEqual(
    lines.findIndex(({ process }) => process === "there"),
    200,
    "they take turns",
  );
});

/** A way to the engine that can be cut. */
async function interruptible(engine: string, path: string) {
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((client) => {
    if (!whole) {
      client.destroy();
      return;
    }
    const there = connect(engine);
    for (const socket of [client, there]) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          client.destroy();
          there.destroy();
        });
    }
    client.pipe(there).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    path,
    cut,
    mend: () => {
      whole = true;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a reader that does not ask makes the engine wait, and loses nothing", { timeout }, async () => {
  await using project = await printing({
    web: { prints: "for i in $(seq 1 300000); do echo line $i of many, so that it takes some room; done" },
  });
  await project.compose("up", "--detach");
  await project.ended();
  const { machine } = project.here;
  const options = { machine, project: project.project, follow: false, signal: new AbortController().signal };
  const before = process.memoryUsage().rss;
  let count = 0;
  let waited = false;
  for await (const event of followLogs(options)) {
    if (event.kind !== "lines") continue;
    count += event.lines.length;
    if (!waited) {
      waited = true;
      await wait(1500); // a slow reader is what this is about
      const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
      assert.ok(grown < 80, `${Math.round(grown)} MB were read ahead`);
    }
  }
  assert.equal(count, 300_000);
});
