// npm run bench:release [-- --quick | --deploys N | --servers N]: requests of every kind all along, while an application
// is deployed over and over, fails, is scaled, goes back, and its edge is told and renewed; once an application that
// finishes what it has begun when it is to stop, once one that ends at once. Beside it, the same by hand.
import { parseArgs } from "node:util";
import { Fault, type Report } from "../../src/engine/process/index.ts";
import { deploy, rollback, scale } from "../../src/engine/release/index.ts";
import { renewEdge } from "../../src/engine/server/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { become, type Manner, visited } from "../rig/release/app.ts";
import { type Stage, stageOf } from "../rig/release/stage.ts";
import { median, publish, round } from "./harness.ts";
import { byHand } from "./release/byHand.ts";
import { type Crowd, crowdAt } from "./release/crowd.ts";

const host = "bench.test";
const manners: Record<string, Manner> = { "finishes first": {}, "ends at once": { hasty: true } };
const doer = { who: "bench@here", now: () => new Date() };

interface Turn {
  total: number;
  build: number;
  ship: number;
  roll: number;
  verify: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      deploys: { type: "string" },
      servers: { type: "string", default: "1" },
    },
  });
  const deploys = Number(values.deploys ?? (values.quick ? 3 : 20));
  const count = Number(values.servers);
  const rig = await engine();
  const names = ["docker", "docker-2", "docker-3"].slice(0, count).join(", ");
  await using stage = await stageOf(rig, "visited", "bench", {
    files: visited("bench", { stopGrace: "25s" }),
    stages: `  production: { servers: [${names}], domain: ${host}, tls: internal, replicas: 2, watch: 12s }`,
    count,
  });
  const rows: Record<string, string | number>[] = [];
  const turns: Turn[] = [];
  for (const [name, manner] of Object.entries(manners))
    for (const [phase, met] of (await visitedWhile(stage, name, manner, deploys, turns)).phases)
      rows.push({
        application: name,
        while: phase,
        sent: met.sent,
        failed: met.failed,
        "asked again": met.askedAgain,
        "slowest, ms": Math.round(met.slowestMs),
      });
  const hand = await handOf(rig, stage, values.quick ? 2 : 5);
  const of = (part: keyof Turn) => round(median(turns.slice(0, 5).map((turn) => turn[part])));
  const ours = [...rows];
  const sum = (column: string) => ours.reduce((all, row) => all + Number(row[column]), 0);
  rows.push({
    application: "by hand",
    while: "docker compose up -d --build",
    failed: hand.failed,
    "line to live, s": hand.seconds,
  });
  rows.push({ application: "ours", while: "one line changed", "line to live, s": of("total") });
  publish(rows, {
    servers: count,
    deploys,
    requests: {
      sent: sum("sent"),
      failed: sum("failed"),
      askedAgain: sum("asked again"),
      slowestMs: Math.max(...ours.map((row) => Number(row["slowest, ms"]))),
    },
    lineToLive: {
      median: of("total"),
      build: of("build"),
      ship: of("ship"),
      roll: of("roll"),
      verify: of("verify"),
    },
    byHand: hand,
  });
}

/** Everything that happens to an application, with the crowd there all along. */
async function visitedWhile(
  stage: Stage,
  name: string,
  manner: Manner,
  deploys: number,
  turns: Turn[],
): Promise<Crowd> {
  const change = (version: string, more: Manner = {}) =>
    stage.edit("server.js", become(`${name} ${version}`, { ...manner, ...more }));
  change("0");
  await press(stage);
  await using crowd = crowdAt({ addresses: stage.servers.map(({ address }) => address), host });
  const during = async (phase: string, work: () => Promise<unknown>) => {
    process.stderr.write(`${name}: ${phase}\n`);
    await work();
    const { sent, failed, askedAgain, why } = await crowd.phase(phase);
    process.stderr.write(
      `  ${failed} of ${sent} failed, ${askedAgain} asked again ${failed > 0 ? JSON.stringify(why) : ""}\n`,
    );
  };
  await during("nothing happens", () => new Promise((done) => setTimeout(done, 5000)));
  const timed: { version: string; from: number; reports: Report[] }[] = [];
  await during(`${deploys} deploys`, async () => {
    for (let turn = 1; turn <= deploys; turn++) {
      const from = Date.now();
      change(String(turn));
      timed.push({ version: `${name} ${turn}`, from, reports: await press(stage) });
    }
  });
  for (const { version, from, reports } of timed)
    turns.push(turnOf((crowd.allAre(version) ?? Number.NaN) - from, reports));
  await during("a deploy of what crashes", async () => {
    change("crashes", { crashes: true });
    await failing(press(stage));
  });
  await during("a deploy of what falls later", async () => {
    change("falls", { well: "at first" });
    await failing(press(stage));
  });
  const ground = await stage.ground();
  await during("scaled to 4 and to 2", async () => {
    for (const replicas of [4, 2])
      await stage.perform((task) => scale({ ...doer, ground }, "web", replicas, task));
  });
  await during("rollback", () => stage.perform((task) => rollback({ ...doer, ground }, task)));
  await during("a new domain: the edge is told", async () => {
    change("domain");
    stage.edit("sistership.yaml", (text) =>
      text.includes(`[${host}`)
        ? text.replace(/domain: \[[^\]]+\]/, `domain: ${host}`)
        : text.replace(`domain: ${host}`, `domain: [${host}, other.test]`),
    );
    await press(stage);
  });
  await during("another Caddy takes over at the edge", async () => {
    for (const { link } of (await stage.ground()).sites)
      await stage.perform((task) => renewEdge(link, { machine: stage.user, restart: true }, task));
    // until the last of the sessions that had begun with the one before is over
    await new Promise((done) => setTimeout(done, 25_000));
  });
  return crowd;
}

async function press(stage: Stage): Promise<Report[]> {
  const reports: Report[] = [];
  const order = await stage.order();
  await stage.perform((task) => deploy(order, task), { onReport: (report) => reports.push(report) });
  return reports;
}

async function failing(promise: Promise<unknown>): Promise<void> {
  await promise.then(
    () => Promise.reject(new Error("It was to fail.")),
    (thrown: unknown) => (thrown instanceof Fault ? undefined : Promise.reject(thrown)),
  );
}

/** Seconds of the parts of a deploy, by the ids of its steps. */
function turnOf(totalMs: number, reports: readonly Report[]): Turn {
  const steps = reports.flatMap((report) =>
    report.kind === "step" && report.step.state === "done" ? [report.step] : [],
  );
  const sum = (belongs: RegExp) =>
    steps.filter(({ id }) => belongs.test(id)).reduce((all, { ms }) => all + ms, 0) / 1000;
  return {
    total: totalMs / 1000,
    build: sum(/^(build|names)/),
    ship: sum(/^ship\//),
    roll: sum(/^roll$/),
    verify: sum(/^(edge|verify\/.*|watch)$/),
  };
}

async function handOf(rig: Engine, stage: Stage, turns: number) {
  let source = "";
  stage.edit("server.js", (text) => {
    source = become("hand")(text);
    return text;
  });
  return byHand(rig, stage, source, turns);
}

await main();
