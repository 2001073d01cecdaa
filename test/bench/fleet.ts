// npm run bench:fleet: facts of fifty servers in one refresh, beside the system's own ssh with as many at once; what a
// connection takes until it is there, and what goes through one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { run } from "../../src/engine/process/index.ts";
import { facts, type Link, type Pool, pool } from "../../src/engine/server/index.ts";
import { ssh } from "../rig/servers/access.ts";
import { doors } from "../rig/servers/doors.ts";
import type { Address, Server } from "../rig/servers/server.ts";
import { server as makeServer } from "../rig/servers/servers.ts";
import { median, publish, round, rounds, spread } from "./harness.ts";

const count = 50;
const bytes = 1_000_000_000;
const logins = 10;
const signal = new AbortController().signal;
const nobody = async () => undefined;

async function main(): Promise<void> {
  await using server = await makeServer("docker");
  await server.inside(["sh", "-c", "systemctl stop docker.socket docker"]); // fifty look at one engine: it would be measured
  const folder = mkdtempSync(join(tmpdir(), "sistership-fleet-"));
  try {
    const fleet = await doors(server, folder, count);
    const fleetOf = await measureFleet(server, fleet);
    const connect = await measureConnect(fleet);
    const stream = await measureStreams(fleet);
    publish(
      [
        { what: `facts of ${count} servers, s`, ours: fleetOf.seconds.first, ssh: fleetOf.seconds.ssh },
        { what: "the next refresh, s", ours: fleetOf.seconds.next, ssh: fleetOf.seconds.sshNext },
        { what: "connections held", ours: fleetOf.connections, ssh: 0 },
        { what: "memory of them, MB", ours: fleetOf.memoryMB.ours, ssh: fleetOf.memoryMB.ssh },
        { what: "one connection, ms", ours: connect.ours, ssh: connect.ssh },
        { what: "1 GB from the server, MB/s", ours: stream.down.ours, ssh: stream.down.ssh },
        { what: "1 GB to the server, MB/s", ours: stream.up.ours, ssh: stream.up.ssh },
      ],
      { servers: count, ...fleetOf, connectMs: connect, streamMBs: stream },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function poolFor({ sshConfig }: Address): Pool {
  const machine = { configFile: sshConfig, home: homedir(), user: userInfo().username, hostname: hostname() };
  const asker = { trust: async () => false, passphrase: nobody, password: nobody, sudo: nobody };
  return pool({ ...machine, env: {}, platform: process.platform }, asker);
}

async function measureFleet(server: Server, fleet: readonly Address[]) {
  const [first] = fleet;
  if (!first) throw new Error("There is no fleet.");
  await warm(first);
  const script = readFileSync("templates/server/facts.sh");
  const bySsh = () => Promise.all(fleet.map((one) => run(ssh(one, "sh -s", script))));
  const results = await rounds(3, {
    ours: () => oursOf(server, fleet, first),
    ssh: async () => ({ first: await timed(bySsh), next: await timed(bySsh) }),
  });
  const ours = (name: string) => spread(results.ours, name).median;
  const system = (name: string) => spread(results.ssh, name).median;
  return {
    seconds: { first: ours("first"), next: ours("next"), ssh: system("first"), sshNext: system("next") },
    vsSsh: round(ours("first") / system("first")),
    nextVsSsh: round(ours("next") / system("next")),
    connections: ours("connections"),
    // the most, for later rounds live in what the first has left
    memoryMB: { ours: spread(results.ours, "memory").most, ssh: round((await memoryOfSsh(first)) * count) },
  };
}

async function oursOf(server: Server, fleet: readonly Address[], first: Address) {
  await using connections = poolFor(first);
  const refresh = () =>
    Promise.all(
      fleet.map(async ({ name }) => {
        const link = await connections.link({ name, address: name }, signal);
        await facts(link, { signal });
      }),
    );
  const before = process.memoryUsage.rss();
  const seconds = { first: await timed(refresh), next: await timed(refresh) };
  const memory = round((process.memoryUsage.rss() - before) / 1e6);
  const { stdout } = await server.inside([
    "sh",
    "-c",
    "ss -Htn state established '( sport >= :2201 )' | wc -l",
  ]);
  return { ...seconds, memory, connections: Number(stdout) };
}

/** Loads what the first connection of a process loads. */
async function warm(one: Address): Promise<void> {
  await using connections = poolFor(one);
  const link = await connections.link({ name: one.name, address: one.name }, signal);
  await link.run({ program: "true" }, { signal });
  await run(ssh(one, "true"));
}

/** What one ssh that holds a connection has for itself, in MB. */
async function memoryOfSsh(one: Address): Promise<number> {
  const { program, args = [] } = ssh(one, "echo up; cat");
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const [, kB = 0] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/smaps_rollup`, "utf8")) ?? [];
  child.stdin.end();
  await once(child, "exit");
  return Number(kB) / 1000;
}

async function measureConnect(fleet: readonly Address[]) {
  const ours: number[] = [];
  const system: number[] = [];
  for (const one of fleet.slice(0, logins)) {
    await using connections = poolFor(one);
    ours.push(
      await timed(async () => {
        const link = await connections.link({ name: one.name, address: one.name }, signal);
        await link.run({ program: "true" }, { signal });
      }),
    );
    system.push(await timed(() => run(ssh(one, "true"))));
  }
  return { ours: Math.round(median(ours) * 1000), ssh: Math.round(median(system) * 1000) };
}

async function measureStreams([one]: readonly Address[]) {
  if (!one) throw new Error("There is no fleet.");
  await using connections = poolFor(one);
  const link = await connections.link({ name: one.name, address: one.name }, signal);
  const rate = (seconds: number) => Math.round(bytes / 1e6 / seconds);
  const down = `head -c ${bytes} /dev/zero`;
  return {
    down: {
      ours: rate(await timed(() => downThrough(link, down))),
      ssh: rate(await timed(() => shell(`ssh -F "$1" "$2" '${down}' > /dev/null`, one))),
    },
    up: {
      ours: rate(await timed(() => upThrough(link))),
      ssh: rate(await timed(() => shell(`${down} | ssh -F "$1" "$2" 'cat > /dev/null'`, one))),
    },
  };
}

async function downThrough(link: Link, line: string): Promise<void> {
  const running = await link.start({ program: "sh", args: ["-c", line] }, { signal });
  running.stderr.resume();
  await pipeline(running.stdout, new Writable({ write: (_chunk, _encoding, done) => done() }));
}

async function upThrough(link: Link): Promise<void> {
  const running = await link.start({ program: "sh", args: ["-c", "cat > /dev/null"] }, { signal });
  running.stdout.resume();
  running.stderr.resume();
  await pipeline(Readable.from(zeros()), running.stdin);
  await running.exited;
}

function* zeros(): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let left = bytes; left > 0; left -= chunk.length)
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}

function shell(line: string, { sshConfig, name }: Address): Promise<unknown> {
  return run({ program: "sh", args: ["-c", line, "sh", sshConfig, name] });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

await main();
