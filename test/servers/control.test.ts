// What is done to an application that is live: more of it, again, once, not at all.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  deploy,
  destroy,
  history,
  type Plan,
  redeploy,
  restart,
  runIn,
  scale,
  secretNames,
  setSecret,
  stageStatus,
  stop,
} from "../../src/engine/release/index.ts";
import { setTimersOf } from "../../src/engine/release/timers/ofRelease.ts";
import { engine } from "../rig/docker/engine.ts";
import { ownImage } from "../rig/release/ownImage.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";
import { traffic } from "../rig/release/traffic.ts";

const host = "deeds.test";
const processes = `  worker: { run: node server.js work, stopGrace: 1s }
  keeper: { run: node server.js work, stopGrace: 1s, volumes: { kept: /kept } }
  nightly: { run: node server.js once, schedule: "0 3 * * *" }
env: { TOKEN: { secret: true } }
`;

describe("an application that is live", { timeout: 900_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await stageOf(await engine(), "", "deeds", {
      files: ownImage("deeds", processes),
      stages: `  production: { servers: [docker], domain: ${host}, tls: internal, replicas: 2, watch: 1s }`,
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  const { signal } = new AbortController();
  const control = async () => ({ who: "tester@here", now: () => new Date(), ground: await stage.ground() });
  const press = async (): Promise<Plan> => {
    const order = await stage.order({ values: async () => ({ TOKEN: "first" }) });
    return (await stage.perform((task) => deploy(order, task))).plan;
  };
  const status = async () => stageStatus(await stage.ground(), new Date(), signal);
  const on = async (...program: string[]) => (await stage.server.inside(program)).stdout;
  const tasks = async (process: string) => {
    const list = ["docker", "service", "ps", "--quiet", "--filter", "desired-state=running"];
    return (await on(...list, `deeds-production-${process}`)).trim().split("\n").filter(Boolean);
  };
  const ran = async (process: string, ...program: string[]) => {
    const by = await control();
    const said = { stdout: "", stderr: "" };
    const print = ({ from, bytes }: { from: "stdout" | "stderr"; bytes: Buffer }) => {
      said[from] += bytes.toString();
    };
    const code = await stage.perform((task) => runIn({ ...by, process, program, print, id: "one" }, task));
    return { code, ...said };
  };

  test("has what it is made of: its own Dockerfile, a worker without a port, data that one version writes at a time", async () => {
    const { risks } = await press();
    assert.ok(risks.some((risk) => risk.startsWith("keeper writes to the volume kept")));
    const { short, replicas } = await status();
    assert.deepEqual(short, []);
    assert.deepEqual(replicas.map(({ process, same }) => `${process} ${same}`).sort(), [
      ...["keeper true", "web true", "web true", "worker true"],
    ]);
    stage.edit("server.js", (app) => app.replace('"one"', '"two"'));
    await press();
    assert.deepEqual(await ran("keeper", "cat", "/kept/log"), { code: 0, stdout: "one\ntwo\n", stderr: "" });
    assert.match(
      await on("docker", "service", "inspect", "deeds-production-keeper"),
      /"Order": "stop-first"/,
    );
  });

  test("runs a program once as it runs itself, and hands on what it prints and how it ends", async () => {
    const { code, stdout, stderr } = await ran("web", "sh", "-c", "echo $TOKEN; echo oh >&2; exit 3");
    assert.deepEqual([code, stdout, stderr], [3, "first\n", "oh\n"]);
    const cancel = new AbortController();
    const by = await control();
    const cancelled = await fails(
      stage.perform(
        (task) => {
          const program = ["sh", "-c", "echo begun; sleep 600"];
          return runIn({ ...by, program, id: "two", print: () => cancel.abort() }, task);
        },
        { signal: cancel.signal },
      ),
    );
    assert.equal(cancelled.code, "cancelled");
    assert.doesNotMatch(await on("docker", "service", "ls"), /-run-/);
    const told = (await history(by.ground, { verified: true }, signal)).filter(({ did }) =>
      did.startsWith("run"),
    );
    assert.deepEqual(told.map(({ did, outcome, says }) => `${did}: ${outcome}. ${says}`).slice(-4), [
      "run sh in web: done. It was started.",
      "run sh in web: failed. It ended with exit code 3.",
      "run sh in web: done. It was started.",
      `run sh in web: cancelled. ${cancelled.says}`,
    ]);
  });

  test("takes a new secret with the next release, and what ran before still has its own", async () => {
    const ground = await stage.ground();
    await stage.perform((task) => setSecret(ground, "TOKEN", "second", task));
    assert.equal((await ran("web", "sh", "-c", "echo $TOKEN")).stdout, "first\n");
    const { changes } = await press();
    assert.deepEqual(
      [...new Set(changes.map(({ what, about, after }) => `${what} ${about} ${after}`))].sort(),
      [...["keeper", "nightly", "web", "worker"].map((name) => `variable ${name}: TOKEN secret, version 2`)],
    );
    assert.equal((await ran("web", "sh", "-c", "echo $TOKEN")).stdout, "second\n");
    assert.deepEqual(
      (await secretNames(ground, signal)).map(({ name, version }) => [name, version]),
      [["TOKEN", 2]],
    );
  });

  test("has the server start by the clock what has a schedule, once at a time and as it is now", async () => {
    const unit = "sistership-deeds-production-nightly";
    const [before] = (await status()).scheduled;
    assert.match(before?.next ?? "", /T03:00:00.000Z$/);
    assert.equal(before?.last, undefined, "a deploy starts nothing that waits for its time");
    const next = await on(
      "systemctl",
      "show",
      "--property=NextElapseUSecRealtime",
      "--value",
      `${unit}.timer`,
    );
    assert.equal(new Date(next.trim().replace(/^\w+ /, "")).toISOString(), before?.next);

    await on("systemctl", "start", `${unit}.service`);
    const { last } = await becomes(
      async () => (await status()).scheduled[0],
      (one) => one?.last?.state === "done",
    );
    assert.equal(last?.says, undefined);
    assert.match(
      await on("docker", "service", "logs", "--raw", "deeds-production-nightly"),
      /^two, with a token of 6$/m,
    );
    const files = `cat /etc/systemd/system/${unit}.* /var/lib/sistership/deeds-production/schedule/*`;
    assert.doesNotMatch(await on("sh", "-c", files), /second/);
  });

  test("has the old timers where those of a release cannot be set, and the old release with them", async () => {
    const units = "/etc/systemd/system/sistership-deeds-production";
    const script = "/var/lib/sistership/deeds-production/schedule/nightly.sh";
    const [was, runs] = [await on("cat", script), (await status()).releases];
    await on("mkdir", `${units}-other.service.new`); // where it would be written
    const more = `  other: { run: node server.js once, schedule: "0 4 * * *" }\n`;
    stage.edit("sistership.yaml", (text) =>
      text.replace('"0 3 * * *" }\n', `"30 3 * * *" }\n${more}`).replace("env: {", 'env: { NEW: "1",'),
    );
    const { code, says } = await fails(press());
    assert.equal(code, "taken-back", says);
    assert.match(says, /The timers of docker could not be set: .*other\.service\.new/);
    assert.equal(await on("cat", script), was);
    assert.match(await on("cat", `${units}-nightly.timer`), /03:00/);
    const { releases, scheduled } = await status();
    assert.deepEqual([releases, scheduled.map(({ process }) => process)], [runs, ["nightly"]]);
    assert.ok(scheduled[0]?.next);
    assert.doesNotMatch(await on("sh", "-c", `ls ${units}-other.timer || true`), /other/);
    await on("rmdir", `${units}-other.service.new`);
    stage.edit("sistership.yaml", (text) =>
      text
        .replace('"30 3 * * *" }\n', '"0 3 * * *" }\n')
        .replace(more, "")
        .replace('env: { NEW: "1",', "env: {"),
    );
  });

  test("is scaled, started anew and made anew without a visitor noticing", async () => {
    const visitors = traffic({
      ...{ address: stage.server.address, host, connections: 4, asks: [{ path: "/work" }] },
      tell: (body) => body,
    });
    try {
      const by = await control();
      await stage.perform((task) => scale(by, "web", 3, task));
      const three = await tasks("web");
      assert.equal(three.length, 3);
      await stage.perform((task) => restart(by, "web", task));
      const anew = await tasks("web");
      assert.deepEqual([anew.length, anew.filter((one) => three.includes(one))], [3, []]);
      const { number } = await stage.perform((task) => redeploy(by, task));
      const again = await tasks("web");
      assert.deepEqual([number, again.length, again.filter((one) => anew.includes(one))], [3, 2, []]);
    } finally {
      await visitors.stop();
    }
    const met = await visitors.stop();
    assert.deepEqual(met.failed, [], `of ${met.sent} requests`);
  });

  test("is stopped, and started again as it was", async () => {
    const by = await control();
    await stage.perform((task) => stop(by, task));
    const { replicas, scheduled, stopped } = await status();
    assert.deepEqual([stopped, replicas, scheduled[0]?.next], [true, [], undefined]);
    // whoever ends what another began there starts nothing by the clock either
    const [release] = (await status()).releases;
    assert.ok(release);
    await stage.perform((task) => setTimersOf(by.ground, release, task));
    assert.equal((await status()).scheduled[0]?.next, undefined);
    await stage.perform((task) => redeploy(by, task));
    assert.equal((await tasks("web")).length, 2);
    assert.ok((await status()).scheduled[0]?.next);
  });

  test("is gone with its data once its name is said, and its journal says who did that", async () => {
    const by = await control();
    assert.equal(
      (await fails(stage.perform((task) => destroy({ ...by, name: "deeds" }, task)))).code,
      "name-wanted",
    );
    await stage.perform((task) => destroy({ ...by, name: "deeds-production" }, task));
    for (const what of ["service", "volume", "secret", "network"])
      assert.doesNotMatch(await on("docker", what, "ls", "--format", "{{.Name}}"), /deeds/, what);
    assert.doesNotMatch(await on("sh", "-c", "ls /etc/systemd/system"), /deeds/);
    const last = (await history(by.ground, { verified: true }, signal)).at(-1);
    assert.deepEqual([last?.did, last?.outcome], ["destroy", "done"]);
  });
});

/** Asks until it is so: what a server does by itself tells nobody. */
async function becomes<T>(ask: () => Promise<T>, is: (found: T) => boolean): Promise<NonNullable<T>> {
  for (let attempt = 0; attempt < 120; attempt++) {
    const found = await ask();
    if (found !== undefined && found !== null && is(found)) return found;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error("It never was so.");
}
