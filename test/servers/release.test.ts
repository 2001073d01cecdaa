// An application goes live on a server, is changed under traffic, and comes back from whatever goes wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Report } from "../../src/engine/process/index.ts";
import { deploy, history, plan as look, rollback, stageStatus } from "../../src/engine/release/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";
import { type Met, traffic } from "../rig/release/traffic.ts";

const host = "tasks.test";
const secret = "a-secret-that-is-nowhere-91c2 中文\n";
const { signal } = new AbortController();

describe("a stage", { timeout: 1_500_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await stageOf(await engine(), "express-tasks", "tasks", {
      health: "{ path: /healthz, start: 20s }",
      stages: `  production: { servers: [docker], domain: ${host}, tls: internal, replicas: 2, watch: 5s }`,
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  const doer = { who: "tester@here", now: () => new Date() };
  const press = async (options: Parameters<Stage["perform"]>[1] = {}) => {
    const order = await stage.order({ values: async () => ({ SESSION_SECRET: secret }) });
    return stage.perform((task) => deploy(order, task), options);
  };
  const on = async (...program: string[]) => (await stage.server.inside(program)).stdout;
  const web = "tasks-production-web";
  const tasks = () =>
    on("docker", "service", "ps", "--quiet", "--filter", "desired-state=running", web).then((text) =>
      text.trim().split("\n").sort(),
    );
  /** Visitors all along; what they met with is looked at when it is over. */
  const visited = async (work: () => Promise<unknown>): Promise<Met> => {
    const visitors = traffic({
      ...{ address: stage.server.address, host, connections: 6 },
      asks: [{ path: "/" }, { path: "/healthz" }, { path: "/tasks", body: '{"title":"x"}' }],
      tell: (body) => /<h1>([^<]*)/.exec(body)?.[1],
    });
    try {
      await work();
    } finally {
      await visitors.stop();
    }
    const met = await visitors.stop();
    assert.deepEqual(met.failed, [], `of ${met.sent} requests`);
    return met;
  };
  const heading = (text: string) =>
    stage.edit("src/app.js", (app) => app.replace(/<h1>[^<]*/, `<h1>${text}`));

  test("says what will be sent before anything is, of the database too", async () => {
    const order = await stage.order();
    const { plan, sendings } = await stage.perform((task) => look(order, task));
    assert.equal(plan.from, undefined);
    const [own, database, ...others] = sendings;
    assert.deepEqual(
      [own?.server, database?.server, database?.image, others],
      [...["docker", "docker", "postgres:17"], []],
    );
    assert.match(own?.says ?? "", /^at most \d+ MB of \d+ MB will be sent: \d+ of \d+ layers$/);
    const there = "it is fetched there; where no registry is reached, at most ";
    assert.ok(database?.says.startsWith(there), database?.says);
    assert.match(database?.says ?? "", /, at most \d+ MB of \d+ MB will be sent: \d+ of \d+ layers$/);
  });

  test("goes live the first time, by its domain and over TLS; who comes meanwhile is told who is at it", async () => {
    const reports: Report[] = [];
    let second: Promise<unknown> | undefined;
    await using other = stage.teammate();
    const elsewhere = await stage.order({ ground: await stage.ground(other), who: "somebody@elsewhere" });
    const { record, plan } = await press({
      onReport: (report) => {
        reports.push(report);
        if (report.kind === "step" && report.step.id === "preflight" && report.step.state === "running")
          second = fails(stage.perform((task) => deploy(elsewhere, task)));
      },
    });
    assert.equal(record?.number, 1);
    assert.equal(plan.from, undefined);
    const held = (await second) as Awaited<ReturnType<typeof fails>>;
    assert.equal(held.code, "lock-held");
    assert.match(held.says, /^tester@here is deploying tasks-production/);

    const ended = reports.flatMap((one) =>
      one.kind === "step" && one.step.state === "done" ? [one.step] : [],
    );
    assert.equal(ended.find(({ id }) => id === `verify/${host}`)?.says, "200, by release 1");
    const met = await visited(() => new Promise((done) => setTimeout(done, 1000)));
    assert.deepEqual(Object.keys(met.answers), ["Tasks"]);

    const status = await stageStatus(await stage.ground(), new Date(), signal);
    assert.deepEqual(status.releases, [1]);
    assert.deepEqual(
      status.replicas.map(({ state, image, same }) => [state, image, same]),
      Array(2).fill(["running", record?.images.web?.digest, true]),
    );
  });

  test("is changed, changed back and never missed: not one request is lost", async () => {
    heading("Tasks, changed");
    const met = await visited(async () => {
      const { record, plan } = await press();
      assert.equal(record?.number, 2);
      assert.deepEqual(
        plan.changes.map(({ what }) => what),
        ["image"],
      );
      const before = await tasks();
      assert.deepEqual((await press()).plan.changes, [], "there is nothing to do, and nothing is done");
      assert.deepEqual(await tasks(), before);
      const ground = await stage.ground();
      const back = await stage.perform((task) => rollback({ ...doer, ground }, task));
      assert.equal(back.number, 1);
    });
    assert.deepEqual(Object.keys(met.answers).sort(), ["Tasks", "Tasks, changed"]);
  });

  test("keeps what it has where the new version never is well, and shows why", async () => {
    const before = await tasks();
    stage.edit("src/app.js", (app) => app.replace("res.json({ ok: true })", "res.sendStatus(503)"));
    await visited(async () => {
      const fault = await fails(press());
      assert.equal(fault.code, "roll-failed");
      assert.match(
        fault.says,
        /does not become healthy: its health check answered 503\. Release 1 goes on serving/,
      );
      assert.ok(
        fault.lastLines.some((line) => /listening on 3000/.test(line)),
        fault.lastLines.join("\n"),
      );
    });
    stage.edit("src/app.js", (app) => app.replace("res.sendStatus(503)", "res.json({ ok: true })"));
    assert.ok(
      (await tasks()).some((one) => before.includes(one)),
      "what served was not taken away",
    );
  });

  test("is not touched where the release command fails, or the program does not even boot", async () => {
    const before = await tasks();
    stage.edit("db/migrate.js", (text) => `console.error("no such column");process.exit(9);\n${text}`);
    const failed = await fails(press());
    assert.equal(failed.code, "release-command-failed");
    assert.match(failed.says, /ended with exit code 9: no such column\. What ran goes on as it was/);
    stage.edit("db/migrate.js", (text) => text.replace(/^console.*\n/, ""));

    stage.edit("src/server.js", (text) => `throw new Error("crash at start");\n${text}`);
    const crashed = await fails(press());
    assert.equal(crashed.code, "rehearsal-failed");
    assert.match(crashed.lastLines.join("\n"), /crash at start/);
    stage.edit("src/server.js", (text) => text.replace(/^throw.*\n/, ""));
    assert.deepEqual(await tasks(), before);
  });

  test("is what it was when a deploy is cancelled in the middle of the roll", async () => {
    heading("Tasks, cancelled");
    const cancel = new AbortController();
    await visited(async () => {
      const fault = await fails(
        press({
          signal: cancel.signal,
          onReport: (report) => {
            if (report.kind === "line" && report.step === "roll") cancel.abort();
          },
        }),
      );
      assert.equal(fault.code, "cancelled");
    });
    const status = await stageStatus(await stage.ground(), new Date(), signal);
    assert.deepEqual(status.releases, [1]);
    assert.ok(status.replicas.every(({ current, same }) => current && same));
    assert.equal(status.lock, undefined);
  });

  test("remembers all of it, in a chain that shows what was changed", async () => {
    const entries = await history(await stage.ground(), { verified: true }, signal);
    assert.deepEqual(
      entries.flatMap(({ did, release, outcome }) => (outcome ? [`${did} ${release} ${outcome}`] : [])),
      [
        ...["deploy 1 done", "deploy 2 done", "rollback 1 done", "deploy 3 rolled-back"],
        ...["deploy 4 failed", "deploy 5 failed", "deploy 6 cancelled"],
      ],
    );
    const journal = "/var/lib/sistership/tasks-production/journal.jsonl";
    await on("sed", "-i", "2s/tester/nobody/", journal);
    assert.equal(
      (await fails(history(await stage.ground(), { verified: true }, signal))).code,
      "journal-changed",
    );
    await on("sed", "-i", "2s/nobody/tester/", journal);
  });

  test("lets a secret be seen nowhere but by its program", async () => {
    const [word = ""] = secret.split(" ");
    const [id = ""] = (await on("docker", "ps", "--quiet", "--filter", `label=sistership.process=web`)).split(
      "\n",
    );
    const inside = await on("docker", "exec", id, "sh", "-c", "cat /proc/[0-9]*/environ");
    assert.ok(inside.includes(`SESSION_SECRET=${secret}`), "the program has it, to the last byte");
    const seen = await on(
      "sh",
      "-c",
      [
        "docker service ls -q | xargs docker service inspect",
        "docker ps -aq | xargs docker inspect",
        "docker images -q | sort -u | xargs docker image inspect",
        "docker images -q | sort -u | xargs -n1 docker history --no-trunc",
        "docker secret ls -q | xargs docker secret inspect",
        "journalctl --no-pager",
        "for one in $(docker ps -aq); do docker logs $one 2>&1; done",
        "cat /proc/[0-9]*/cmdline",
        "grep -rl sistership /var/lib/sistership | xargs cat",
      ].join("; "),
    );
    assert.ok(seen.includes("tasks-production-SESSION_SECRET-1"));
    assert.ok(!seen.includes(word) && !seen.includes(Buffer.from(secret).toString("base64")));
  });
});
