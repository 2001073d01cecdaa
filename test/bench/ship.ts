// npm run bench:ship [-- --only first]: an image on its way to servers, beside what people do today (`docker save | ssh
// docker load`) and beside push and pull through a stock registry over an SSH tunnel. All three have their connection open
// when they begin.
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect } from "../../src/engine/docker/index.ts";
import type { Proof, Yard } from "../../src/engine/image/index.ts";
import { type Report, run } from "../../src/engine/process/index.ts";
import type { Link, Pool } from "../../src/engine/server/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { labelArgs } from "../rig/docker/labels.ts";
import { prepareImages } from "../rig/project.ts";
import { type Registry, registry } from "../rig/registry.ts";
import type { Server } from "../rig/servers/server.ts";
import { servers } from "../rig/servers/servers.ts";
import { poolOf, shipTo, yardIn } from "../servers/shipping.ts";
import { median, publish, round } from "./harness.ts";

const root = join(import.meta.dirname, "../..");
const turns = 5;
/** So often three servers are measured beside one, in turn. */
const rounds = 3;
const never = new AbortController().signal;
const { values } = parseArgs({ options: { only: { type: "string" } } });
assert.ok(
  values.only === undefined || values.only === "first",
  "alone there is the first ship: --only first",
);

interface Bench {
  rig: Engine;
  home: string;
  connections: Pool;
  servers: readonly Server[];
}

type Name = "ours" | "saveLoad" | "registry";
type Contestants = Record<Name, { server: Server; go: Way }>;

async function main(): Promise<void> {
  const rig = await engine();
  await prepareImages(["node:22-bookworm-slim"], rig);
  const home = mkdtempSync(join(tmpdir(), "sistership-bench-ship-"));
  await using fleet = await servers(["docker", "docker", "docker"], { engine: rig });
  await using connections = poolOf(fleet.sshConfig);
  await using registries = new AsyncDisposableStack();
  const stock = async () => registries.use(await registry());
  try {
    await measure({ rig, home, connections, servers: fleet.servers }, stock);
  } finally {
    const tags = await docker(rig, "images", "--quiet", "--filter", "reference=*bench-ship*");
    const ids = [...new Set(tags.trim().split("\n"))];
    await docker(rig, "image", "rm", "--force", ...ids);
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(bench: Bench, stock: () => Promise<Registry>): Promise<void> {
  const { rig, servers: fleet } = bench;
  const source = join(bench.home, "source");
  mkdirSync(join(source, "app"), { recursive: true });
  cpSync(join(root, "node_modules"), join(source, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  cpSync(join(root, "src"), join(source, "app"), { recursive: true });
  writeFileSync(
    join(source, "Dockerfile"),
    'FROM node:22-bookworm-slim\nCOPY node_modules /app/node_modules\nCOPY app /app\nCMD ["node"]\n',
  );
  const build = async (tag: string) => {
    const name = `bench-ship:${tag}`;
    const args = [
      "buildx",
      "build",
      "--load",
      "--provenance=false",
      "--quiet",
      ...labelArgs(),
      "--tag",
      name,
      source,
    ];
    await run({ program: "docker", args, env: rig.env });
    return name;
  };
  const [one, two, three] = fleet;
  if (!one || !two || !three) throw new Error("there are not three servers");
  const images = [await build("first")];
  for (let turn = 0; turn < turns; turn++) {
    appendFileSync(join(source, "app/cli.ts"), `// ${turn}\n`);
    images.push(await build(`line-${turn}`));
  }
  writeFileSync(join(source, "node_modules/.added.js"), "module.exports = 1;\n");
  const added = await build("added");
  const size = Number(await docker(rig, "image", "inspect", "--format", "{{.Size}}", "bench-ship:first"));
  process.stderr.write(`an image of ${Math.round(size / 1e6)} MB\n`);

  const compete = async (turn: number): Promise<Contestants> => {
    await Promise.all(fleet.map(empty));
    return {
      ours: { server: one, go: await ourWay(bench, one, `ours-${turn}`) },
      saveLoad: { server: two, go: await saveLoadWay(bench, two) },
      registry: { server: three, go: await registryWay(bench, three, await stock()) },
    };
  };
  let contestants = await compete(0);
  const seconds = async (name: Name, image: string) => {
    const begin = performance.now();
    await contestants[name].go(image);
    const took = (performance.now() - begin) / 1000;
    process.stderr.write(`${image} ${name} ${took.toFixed(2)} s\n`);
    return took;
  };
  /** Three servers at once and one alone, in turn: the seconds that they take. */
  const threeAndOne = async (
    what: string,
    go: (fleet: readonly Server[], name: string) => Promise<number>,
  ) => {
    const [alone, together]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < rounds; turn++) {
      alone.push(await go([one], `one-${turn}`));
      together.push(await go([one, two, three], `three-${turn}`));
      process.stderr.write(
        `${what}: one ${alone.at(-1)?.toFixed(2)} s, three ${together.at(-1)?.toFixed(2)} s\n`,
      );
    }
    return { one: median(alone), three: median(together) };
  };
  const all = async (image: string, names: readonly Name[] = ["ours", "saveLoad", "registry"]) => {
    const took: [Name, number][] = [];
    for (const name of names) took.push([name, await seconds(name, image)]);
    return Object.fromEntries(took) as Record<Name, number>;
  };

  const fromNothing: Record<Name, number>[] = [];
  await all(images[0] ?? ""); // each way once before: what runs for the first time is no measure
  for (const [turn, order] of orders.entries()) {
    contestants = await compete(turn + 1);
    fromNothing.push(await all(images[0] ?? "", order));
  }
  const first = mediansOf(fromNothing);
  const firstFigures = {
    vsBest: round(first.ours / Math.min(first.saveLoad, first.registry)),
    vsRegistry: round(first.ours / first.registry),
    seconds: round(first.ours),
  };
  if (values.only === "first")
    return publish([{ what: "first ship", ...rounded(first) }], { first: firstFigures });
  const lines: Record<Name, number>[] = [];
  const overheads: number[] = [];
  for (const image of images.slice(1)) {
    const before = await wireOf(one);
    const ours = await seconds("ours", image);
    overheads.push((await wireOf(one)) - before - sentBy(contestants.ours.go));
    lines.push({
      ours,
      saveLoad: await seconds("saveLoad", image),
      registry: await seconds("registry", image),
    });
  }
  const line = mediansOf(lines);
  const dependency = await all(added);

  // three at once, of which none has anything; and one alone, in turn
  const big = images[1] ?? "";
  const together: Shipped[] = [];
  const ours = await threeAndOne("ours", async (fleet, name) => {
    const shipped = await fresh(bench, fleet, name, big);
    if (fleet.length > 1) together.push(shipped);
    return shipped.seconds;
  });
  const saved = await threeAndOne("saveLoad", (fleet) => savedAndLoaded(bench, fleet, big));
  // as they are in life: each behind a line of its own
  const apart = await threeAndOne("ours, 100 Mbit/s each", async (fleet, name) => {
    await using lines = new AsyncDisposableStack();
    for (const server of fleet) lines.use(await server.slow({ mbit: 100, delayMs: 5 }));
    return (await fresh(bench, fleet, `apart-${name}`, big)).seconds;
  });
  await changed(bench, [one, two, three], yardOfLast(together), images[4] ?? ""); // the first after much is no measure
  const threeLine = await changed(bench, [one, two, three], yardOfLast(together), images[3] ?? "");
  const aloneLine = await changed(bench, [one], yardOfLast(together), images[2] ?? "");

  const slow = await slowLink(bench, one, added);
  const resume = await cutHalfWay(bench, two, images[1] ?? "");

  const rows = [
    { what: "first ship", ...rounded(first) },
    { what: "one line changed", ...rounded(line) },
    { what: "one dependency added", ...rounded(dependency) },
    { what: "three servers at once, from nothing", ...rounded({ ours: ours.three, "one server": ours.one }) },
    { what: "the same, saved and loaded", ...rounded({ saveLoad: saved.three, "one server": saved.one }) },
    {
      what: "the same, over 100 Mbit/s each",
      ...rounded({ ours: apart.three, "one server": apart.one }),
    },
    { what: "three servers at once, one line", ours: round(threeLine), "one server": round(aloneLine) },
    { what: "50 Mbit/s and 40 ms, dependency added", ours: round(slow.seconds) },
    { what: "cut half-way and begun again", ours: round(resume.seconds) },
  ];
  publish(rows, {
    first: firstFigures,
    oneLine: {
      vsSaveLoad: round(line.saveLoad / line.ours),
      vsRegistry: round(line.ours / line.registry),
      seconds: round(line.ours),
      overheadBytes: Math.round(median(overheads)),
    },
    addedDependency: {
      vsSaveLoad: round(dependency.saveLoad / dependency.ours),
      vsRegistry: round(dependency.ours / dependency.registry),
      seconds: round(dependency.ours),
    },
    three: {
      vsOne: round(ours.three / ours.one),
      saveLoadVsOne: round(saved.three / saved.one),
      vsSaveLoad: round(ours.three / saved.three),
      overOwnLinesVsOne: round(apart.three / apart.one),
      oneLineVsOne: round(threeLine / aloneLine),
    },
    slowLink: { bytesVsLayers: slow.bytesVsLayers, mbit: slow.mbit },
    resume: { vsWhole: resume.vsWhole },
  });
}

const rounded = (took: Record<string, number>) =>
  Object.fromEntries(Object.entries(took).map(([name, value]) => [name, round(value)]));

type Way = ((image: string) => Promise<void>) & { sent?: number };
const sentBy = (way: Way) => way.sent ?? 0;
const sentIn = (proofs: readonly Proof[]) => proofs.reduce((sum, { sent }) => sum + sent, 0);

const tagOf = (image: string) => image.replace("bench-ship:", "ours:");

async function yardOf({ rig, home }: Bench, name: string): Promise<Yard> {
  return yardIn(join(home, name), await connect({ host: `unix://${rig.socket}`, from: "the rig" }));
}

const linkTo = ({ connections }: Bench, { name }: Server): Promise<Link> =>
  connections.link({ name, address: name }, never);

async function ourWay(bench: Bench, server: Server, cache: string): Promise<Way> {
  const yard = await yardOf(bench, cache);
  const link = await linkTo(bench, server);
  const way: Way = async (image) => {
    const { proofs } = await shipTo(yard, [link], image, tagOf(image));
    way.sent = sentIn(proofs);
  };
  return way;
}

/** What is sent from nothing is measured in every order: whoever comes first finds more memory free. */
const orders: readonly Name[][] = [
  ["ours", "saveLoad", "registry"],
  ["saveLoad", "registry", "ours"],
  ["registry", "ours", "saveLoad"],
  ["saveLoad", "ours", "registry"],
  ["ours", "registry", "saveLoad"],
  ["registry", "saveLoad", "ours"],
];

let masters = 0;

/** A connection that stays open, as those of ours do. */
async function master({ rig, home }: Bench, server: Server, ...options: string[]): Promise<string> {
  const path = join(home, `ssh-${++masters}`);
  const words = `ssh -F '${server.sshConfig}' -o ControlPath='${path}'`;
  await run({
    program: "sh",
    args: ["-c", `${words} -o ControlMaster=yes ${options.join(" ")} -f -N ${server.name} >/dev/null 2>&1`],
    env: rig.env,
  });
  return `${words} ${server.name}`;
}

async function saveLoadWay(bench: Bench, server: Server): Promise<Way> {
  const ssh = await master(bench, server);
  return async (image) =>
    void (await run({
      program: "sh",
      args: ["-c", `docker save ${image} | ${ssh} docker load`],
      env: bench.rig.env,
    }));
}

async function registryWay(bench: Bench, server: Server, { address }: Registry): Promise<Way> {
  const ssh = await master(bench, server, `-R ${address}:${address}`);
  return async (image) => {
    const name = `${address}/${image}`;
    const line = `docker tag ${image} ${name} && docker push --quiet ${name} && ${ssh} docker pull --quiet ${name}`;
    await run({ program: "sh", args: ["-c", line], env: bench.rig.env });
  };
}

interface Shipped {
  yard: Yard;
  seconds: number;
}

function yardOfLast(shipped: readonly Shipped[]): Yard {
  const last = shipped.at(-1);
  if (!last) throw new Error("nothing was shipped");
  return last.yard;
}

const mediansOf = (took: readonly Record<Name, number>[]) => {
  const of = (name: Name) => median(took.map((one) => one[name]));
  return { ours: of("ours"), saveLoad: of("saveLoad"), registry: of("registry") };
};

async function fresh(bench: Bench, fleet: readonly Server[], cache: string, image: string): Promise<Shipped> {
  await Promise.all(fleet.map(empty));
  const yard = await yardOf(bench, cache);
  return { yard, seconds: await changed(bench, fleet, yard, image) };
}

/** What people do today, to all of some servers at once. */
async function savedAndLoaded(bench: Bench, fleet: readonly Server[], image: string): Promise<number> {
  await Promise.all(fleet.map(empty));
  const ways = await Promise.all(fleet.map((server) => saveLoadWay(bench, server)));
  const begin = performance.now();
  await Promise.all(ways.map((go) => go(image)));
  return (performance.now() - begin) / 1000;
}

async function changed(bench: Bench, fleet: readonly Server[], yard: Yard, image: string): Promise<number> {
  const links = await Promise.all(fleet.map((server) => linkTo(bench, server)));
  const begin = performance.now();
  await shipTo(yard, links, image, tagOf(image));
  return (performance.now() - begin) / 1000;
}

/** All that the changed layer takes, on a link of 50 Mbit/s with 40 ms, beside that layer packed by gzip. */
async function slowLink(bench: Bench, server: Server, image: string) {
  await using _ = await server.slow({ mbit: 50, delayMs: 40 });
  const yard = await yardOf(bench, "slow");
  const link = await linkTo(bench, server);
  const before = await wireOf(server);
  const begin = performance.now();
  const { proofs } = await shipTo(yard, [link], image, "ours:slow");
  const seconds = (performance.now() - begin) / 1000;
  const bytes = (await wireOf(server)) - before;
  return { seconds, bytesVsLayers: round3(bytes / sentIn(proofs)), mbit: round((bytes * 8) / 1e6 / seconds) };
}

/** Cancelled when half of its bytes are there, as if the editor were closed; then once more. What went over the wire is counted. */
async function cutHalfWay(bench: Bench, server: Server, image: string) {
  const link = await linkTo(bench, server);
  const onWire = async (work: () => Promise<unknown>) => {
    const before = await wireOf(server);
    await work();
    return (await wireOf(server)) - before;
  };
  await empty(server);
  const yard = await yardOf(bench, "whole");
  const whole = await onWire(() => shipTo(yard, [link], image, "ours:cut"));
  await empty(server);
  const other = await yardOf(bench, "cut");
  const cut = new AbortController();
  const onReport = (report: Report) => {
    if (report.kind === "progress" && report.progress.done * 2 > whole) cut.abort();
  };
  const first = await onWire(() =>
    assert.rejects(shipTo(other, [link], image, "ours:cut", { signal: cut.signal, onReport }), {
      code: "cancelled",
    }),
  );
  process.stderr.write(`cut after ${Math.round((first / whole) * 100)} %\n`);
  const begin = performance.now();
  const rest = await onWire(() => shipTo(other, [link], image, "ours:cut"));
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, vsWhole: round3((first + rest) / whole) };
}

const round3 = (value: number) => Math.round(value * 1000) / 1000;

/** A server that has no image. */
async function empty(server: Server): Promise<void> {
  await server.inside([
    "sh",
    "-c",
    "docker image prune --all --force >/dev/null; rm -rf /var/lib/sistership/arriving",
  ]);
}

/** Bytes that a server has sent and received, without the heads of packets. */
async function wireOf(server: Server): Promise<number> {
  const { stdout } = await server.inside([
    "sh",
    "-c",
    "cd /sys/class/net/eth0/statistics; cat rx_bytes tx_bytes rx_packets tx_packets",
  ]);
  const [received = 0, sent = 0, packetsIn = 0, packetsOut = 0] = stdout.trim().split("\n").map(Number);
  return received + sent - 66 * (packetsIn + packetsOut);
}

async function docker({ env }: Engine, ...args: string[]): Promise<string> {
  return (await run({ program: "docker", args, env })).stdout;
}

await main();
