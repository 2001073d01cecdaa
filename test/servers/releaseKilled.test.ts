// Whoever deploys is killed, at each step of it: what serves goes on, the journal says what became of it, and the next
// deploy goes over what was left.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Report } from "../../src/engine/process/index.ts";
import { deploy, history, stageStatus } from "../../src/engine/release/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { become, visited } from "../rig/release/app.ts";
import { client } from "../rig/release/client.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";
import { traffic } from "../rig/release/traffic.ts";

const host = "killed.test";
const secret = "marked-b7f3a1c9-never-seen";
const folder = "/var/lib/sistership/killed-production";
const { signal } = new AbortController();

/** Each step by how its id begins, and whether something was begun by then that the journal knows of. */
const steps: [string, "begun" | "not begun"][] = [
  ["lock", "not begun"],
  ["preflight", "not begun"],
  ["names", "not begun"],
  ["ship/", "begun"],
  ["prepare", "begun"],
  ["rehearsal/", "begun"],
  ["release-command", "begun"],
  ["roll", "begun"],
  ["edge", "begun"],
  ["verify/", "begun"],
  ["watch", "begun"],
  ["tidy", "begun"],
];

describe("a deploy whose client is killed", { timeout: 900_000 }, () => {
  let stage: Stage;
  let visitors: ReturnType<typeof traffic>;
  before(async () => {
    stage = await stageOf(await engine(), "visited", "killed", {
      files: {
        "worker.js": "setInterval(() => {}, 1000);\n",
        ...visited("killed", {
          more: "env: { TOKEN: { secret: true } }",
          processes: ["worker: { run: node worker.js, stopGrace: 1s }"],
          release: "node -e 'setTimeout(() => {}, 1500)'",
        }),
      },
      stages: `  production: { servers: [docker], domain: ${host}, tls: internal, watch: 2s }`,
    });
  });
  after(async () => {
    await visitors?.stop();
    await stage?.[Symbol.asyncDispose]();
  });

  const on = async (line: string) => (await stage.server.inside(["sh", "-c", line])).stdout.trim();
  const change = (version: string) => stage.edit("server.js", become(version));
  const command = (onReport?: (report: Report) => boolean) =>
    client(stage, ["deploy", "production", "--yes"], {
      env: { TOKEN: secret },
      ...(onReport ? { onReport } : {}),
    });
  const killedAt = (step: string) =>
    command(
      (report) =>
        report.kind === "step" &&
        report.step.id.startsWith(step) &&
        // a lock that is about to be taken is not held by anybody
        report.step.state === (step === "lock" ? "done" : "running"),
    );
  const last = async () => (await history(await stage.ground(), { verified: true }, signal)).at(-1);
  /** A minute later, as far as the lock is concerned. */
  const lease = () =>
    on(`if [ -e ${folder}/lock.json ]; then touch -d '-61 seconds' ${folder}/lock.json; fi`);

  test("at the very first: nothing half done is in the way of the next, which is the first", async () => {
    assert.equal((await killedAt("roll")).code, null);
    await lease();
    assert.equal((await last())?.outcome, "interrupted");
    const { code, stderr } = await command();
    assert.equal(code, 0, stderr);
    visitors = traffic({
      ...{ address: stage.server.address, host, connections: 4 },
      asks: [{ path: "/" }, { path: "/echo", body: "hello" }],
      tell: (body) => (body === "hello" ? undefined : body),
    });
  });

  for (const [at, [step, begun]] of steps.entries())
    test(`at ${step}`, async () => {
      change(`at-${at}`);
      const { code, stderr } = await killedAt(step);
      assert.equal(code, null, `it ended before it could be killed: ${stderr}`);
      const held = await fails(
        stage.perform(async (task) =>
          deploy(await stage.order({ values: async () => ({ TOKEN: secret }) }), task),
        ),
      );
      assert.equal(held.code, "lock-held");
      await lease();
      assert.equal((await last())?.outcome, begun === "begun" ? "interrupted" : "done");
      const status = await stageStatus(await stage.ground(), new Date(), signal);
      // two services are not told in the same instant
      assert.ok(status.releases.length === 1 || step === "roll", "one release runs, not a mixture");
    });

  test("leaves nothing: the next deploy goes live, and all there is belongs to it", async () => {
    change("whole");
    const { code, stderr } = await command();
    assert.equal(code, 0, stderr);
    const met = await visitors.stop();
    assert.deepEqual(met.failed, [], `of ${met.sent} requests`);
    const status = await stageStatus(await stage.ground(), new Date(), signal);
    assert.ok(status.replicas.every(({ current, same }) => current && same));
    assert.equal(status.lock, undefined);
    assert.deepEqual((await on("docker service ls --format '{{.Name}}'")).split("\n").sort(), [
      "killed-production-web",
      "killed-production-worker",
      "sistership-edge",
    ]);
    assert.equal(await on("docker images -q sistership-arriving; ls -A /var/lib/sistership/arriving"), "");
    assert.equal(await on(`ls -A ${folder}`), ".guard\njournal.jsonl\nreleases");
    const entries = await history(await stage.ground(), { verified: true }, signal);
    assert.equal(entries.at(-1)?.outcome, "done");
    const interrupted = entries.filter(({ outcome }) => outcome === "interrupted");
    assert.equal(interrupted.length, 1 + steps.filter(([, begun]) => begun === "begun").length);
    for (const { says } of interrupted) assert.match(says ?? "", /^(Nothing runs|Release \d+ runs)\.$/);
  });

  test("is all old again where it was killed between two of its processes", async () => {
    const [now = 0] = (await stageStatus(await stage.ground(), new Date(), signal)).releases;
    // as if it had been killed before the second was told, and had written no end
    await on("docker service rollback --quiet killed-production-worker");
    await on(`sed -i '$d' ${folder}/journal.jsonl`);
    assert.equal((await command()).code, 0);
    const ended = (await history(await stage.ground(), { verified: true }, signal)).findLast(
      ({ outcome }) => outcome === "interrupted",
    );
    assert.deepEqual([ended?.release, ended?.runs?.length], [now, 1]);
    assert.ok(!ended?.runs?.includes(now));
    const { releases, replicas } = await stageStatus(await stage.ground(), new Date(), signal);
    assert.deepEqual(releases, [now + 1]);
    assert.ok(replicas.every(({ current }) => current));
  });

  test("shows the secret to nobody, in no file, log, image, list of processes or answer of Docker", async () => {
    change("looked at");
    const seen: string[] = [];
    const look = () => {
      // servers of the rig are containers: their processes are in this list too
      for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
        try {
          seen.push(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
        } catch {} // it has ended
      return false;
    };
    const words = [secret, Buffer.from(secret).toString("base64").slice(0, 30)];
    const set = ["secrets", "set", "production", "TOKEN"];
    const outputs = [await client(stage, set, { input: secret, onReport: look }), await command(look)];
    for (const { code, stderr } of outputs) assert.equal(code, 0, stderr);
    assert.ok(seen.join("\n").includes("deploy"), "processes were seen");
    const printed = [...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...seen].join("\n");
    for (const word of words) assert.ok(!printed.includes(word));

    const id = (await on("docker ps -q --filter label=sistership.process=web")).split("\n")[0];
    assert.match(
      await on(`docker exec ${id} sh -c 'cat /proc/[0-9]*/environ'`),
      new RegExp(`TOKEN=${secret}`),
    );
    const grep = (places: string) =>
      `find ${places} -xdev -type f -exec grep -laF ${words.map((word) => `-e ${word}`).join(" ")} {} + || :`;
    // with the layers of images, what containers wrote, logs, and Swarm's own store, which is encrypted
    const there = await on(
      grep("/var/lib/docker /var/lib/containerd /var/lib/sistership /var/log /etc /root /tmp"),
    );
    assert.equal(there, "");
    const told = await on(
      [
        "docker service ls -q | xargs docker service inspect",
        "docker ps -aq | xargs docker inspect",
        "docker images -q | sort -u | xargs docker image inspect",
        "docker secret ls -q | xargs docker secret inspect",
        "docker config ls -q | xargs docker config inspect",
        "journalctl --no-pager",
      ].join("; "),
    );
    for (const word of words) assert.ok(!told.includes(word));
    // the project, and all that Sistership keeps for this user: its journal, proofs, layers on their way
    assert.ok(readdirSync(stage.user.home).length > 1);
    assert.deepEqual(filesWith(stage.user.home, words), []);
  });
});

function filesWith(folder: string, words: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .filter((file) => {
      const text = readFileSync(file, "latin1");
      return words.some((word) => text.includes(word));
    });
}
