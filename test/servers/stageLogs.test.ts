// A stage that a workflow deploys, with nobody at a terminal, and what runs there as one stream of lines.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { z } from "zod";
import type { LogEvent, LogLine } from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { followStage, restart, stageStatus } from "../../src/engine/release/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packedCli } from "../rig/editor/pack.ts";
import { type Stage, stageOf } from "../rig/release/stage.ts";
import { traffic } from "../rig/release/traffic.ts";
import { workflowSchema } from "../rig/yardsticks.ts";

const secret = "a-secret-that-is-nowhere-73d0";
const { signal } = new AbortController();
const job = z.object({
  environment: z.string(),
  steps: z.array(
    z.object({
      run: z.string().optional(),
      env: z.record(z.string(), z.string()).default({}),
      if: z.string().optional(),
    }),
  ),
});
const workflow = z.object({ jobs: z.object({ "deploy-production": job }) });
const told = z.object({
  needs: z.array(z.object({ name: z.string(), value: z.array(z.string()).default([]) })),
});

describe("a stage", { timeout: 900_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), "sistership-ci-"));
  let rig: Engine;
  let stage: Stage;
  let cli: string;
  before(async () => {
    rig = await engine();
    cli = await packedCli(root);
    stage = await stageOf(rig, "express-tasks", "ticks", {
      health: "{ path: /healthz, start: 20s }",
      stages:
        "  production: { servers: [docker], domain: ticks.test, tls: internal, replicas: 2, watch: 2s }",
    });
    const ticks =
      "let n = 0; setInterval(() => console.log('tick', require('node:os').hostname(), n++), 100);";
    stage.edit("src/server.js", (text) => `${text}\n${ticks}\n`);
    await stage.ground(); // the files of the profile are there
    await git(stage.folder, "init", "--quiet", "--initial-branch=main");
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
    const { stdout } = await run({ program: "docker", args: ["images", "-q", "ticks-web"], env: rig.env });
    const images = [...new Set(stdout.split("\n").filter(Boolean))];
    if (images.length > 0)
      await run({ program: "docker", args: ["rmi", "--force", ...images], env: rig.env });
    rmSync(root, { recursive: true, force: true });
  });

  const git = async (cwd: string, ...args: string[]) =>
    run({ program: "git", args: ["-c", "user.name=t", "-c", "user.email=t@t", ...args], cwd });
  const ciInit = (...more: string[]) =>
    run(
      {
        program: process.execPath,
        args: [cli, "ci", "init", stage.folder, "--ssh-config", stage.server.sshConfig, ...more],
      },
      { accept: [0, 1] },
    );
  const file = () => join(stage.folder, ".github/workflows/sistership.yaml");

  test("has a workflow that GitHub takes, and that is left alone where somebody changed it", async () => {
    const { stdout } = await ciInit();
    assert.match(stdout, /SESSION_SECRET {2}its value, taken where production has none yet/);
    assert.ok(!stdout.includes("PRIVATE KEY"));
    const text = readFileSync(file(), "utf8");
    const validate = new Ajv({ strict: false, allErrors: true }).compile(await workflowSchema());
    assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    assert.match((await ciInit()).stdout, /^Everything is up to date\./);

    appendFileSync(file(), "# mine\n");
    const again = await ciInit();
    assert.equal(again.code, 1);
    assert.match(again.stderr, /sistership\.yaml was changed by hand and is left as it is/);
    assert.match(readFileSync(file(), "utf8"), /# mine\n$/);
    writeFileSync(file(), text);
  });

  /** A machine of GitHub's: a fresh checkout, Docker, Node, and no variable but those that the workflow sets. */
  const runner = async (secrets: Readonly<Record<string, string>>) => {
    const home = mkdtempSync(join(root, "runner-"));
    const checkout = join(home, "checkout");
    await git(root, "clone", "--quiet", stage.folder, checkout);
    const { steps } = workflow.parse(parse(readFileSync(file(), "utf8"))).jobs["deploy-production"];
    const bare = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const machine = { HOME: home, PATH: process.env.PATH, ...rig.env };
    const done = { code: 0, said: "" };
    for (const { run: script, env, if: when } of steps) {
      if (script === undefined || (done.code !== 0 && when !== "always()")) continue;
      const given = Object.entries(env).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ secrets\.(\w+) \}\}/g, (_, of: string) => secrets[of] ?? ""),
      ]);
      const all = { ...bare, ...machine, ...Object.fromEntries(given) };
      const command = { program: "bash", args: ["-e", "-c", script], cwd: checkout, env: all };
      const { code, stdout, stderr } = await run(command, { accept: [0, 1, 2] });
      done.code ||= code;
      done.said += stdout + stderr;
    }
    const { stdout: left } = await run({ program: "ls", args: ["-A", join(home, ".ssh")] });
    assert.equal(left, "", "the key does not stay");
    return done;
  };

  test("is deployed by the commands of that workflow alone, and only where the server's key is known", async () => {
    const { needs } = told.parse(JSON.parse((await ciInit("--json")).stdout));
    await git(stage.folder, "add", "--all");
    await git(stage.folder, "commit", "--quiet", "--message", "Deploy from CI");
    const value = (of: string) => needs.find(({ name }) => name === of)?.value.join("\n") ?? "";
    const secrets = {
      SISTERSHIP_SSH_KEY: readFileSync(stage.server.keyFile, "utf8"),
      SISTERSHIP_KNOWN_HOSTS: value("SISTERSHIP_KNOWN_HOSTS"),
      SISTERSHIP_SSH_CONFIG: value("SISTERSHIP_SSH_CONFIG"),
      SESSION_SECRET: secret,
    };
    const strange = await runner({ ...secrets, SISTERSHIP_KNOWN_HOSTS: "" });
    assert.equal(strange.code, 1);
    assert.match(strange.said, /which is not known here yet, and nothing was sent/);

    const { code, said } = await runner(secrets);
    assert.equal(code, 0, said);
    assert.match(said, /^\{"kind":"deployed","release":1\}$/m);
    assert.ok(!said.includes(secret) && !said.includes("PRIVATE KEY"));
    const { releases, source, replicas } = await stageStatus(await stage.ground(), new Date(), signal);
    assert.deepEqual([releases, source?.dirty, source?.branch], [[1], false, "main"]);
    assert.ok(replicas.every(({ same }) => same));
  });

  const logsOf = async (more: Partial<Parameters<typeof followStage>[0]>) => {
    const { profile } = await stage.ground();
    const reach = { pool: stage.pool, target: () => ({ name: "docker", address: "docker" }) };
    return followStage({ profile, stage: "production", reach, follow: false, signal, ...more });
  };

  test("prints its replicas' lines together, in the order of time, each with its place", async () => {
    const args = ["--no-warnings", new URL("../../src/cli.ts", import.meta.url).pathname, "logs", "web"];
    const at = ["--stage", "production", "--folder", stage.folder, "--ssh-config", stage.server.sshConfig];
    const { stdout } = await run({
      program: process.execPath,
      args: [...args, ...at, "--since", "1h", "--json"],
    });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): Omit<LogLine, "time"> & { time: string } => JSON.parse(line));
    const places = new Set(lines.map(({ process, replica, server }) => `${process} ${replica} ${server}`));
    assert.deepEqual([...places].sort(), ["web 1 docker", "web 2 docker"]);
    assert.ok(lines.every(({ time }, i) => time >= (lines[i - 1]?.time ?? "")));

    // what visitors asked for, as the edge tells it
    const asks = [{ path: "/healthz?token=nobodys-business" }];
    const visit = { address: stage.server.address, host: "ticks.test", connections: 1 };
    await traffic({ ...visit, asks, tell: () => undefined }).stop();
    const requests = (await collect(await logsOf({ processes: ["edge"] }))).map(({ text }) => text);
    assert.ok(
      requests.some((text) => /^\S+ "GET \/healthz HTTP\/1\.1" 200 \d+ \S+ m?s$/.test(text)),
      requests[0],
    );

    // a database on wish
    const [first] = await collect(await logsOf({ processes: ["db"] }));
    assert.equal(first?.process, "db");
  });

  test("is followed through what appears, what ends and a connection that is lost: nothing twice, nothing lost", async () => {
    const cancel = new AbortController();
    const lines: LogLine[] = [];
    const states: string[] = [];
    let wake = () => {};
    const events = await logsOf({ processes: ["web"], follow: true, signal: cancel.signal });
    const reading = (async () => {
      for await (const event of events) {
        if (event.kind === "lines") lines.push(...event.lines);
        if (event.kind === "connection") states.push(event.state);
        wake();
      }
    })();
    const until = async (done: () => boolean) => {
      const late = wait(120_000, undefined, { ref: false }).then(() => assert.fail("it did not come"));
      late.catch(() => {}); // where it is done at once, nobody waits for it
      while (!done()) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), reading, late]);
    };
    await until(() => ticks(lines).size === 2);
    await stage.perform(async (task) =>
      restart({ who: "tester@here", now: () => new Date(), ground: await stage.ground() }, "web", task),
    );
    await until(() => ticks(lines).size === 4);
    await stage.server.inside(["pkill", "-9", "-f", "sshd-session: root@notty"]);
    await until(() => states.includes("reconnecting") && states.at(-1) === "live");
    const before = lines.length;
    await until(() => lines.length > before + 40);
    cancel.abort();
    await reading;
    for (const [host, counted] of ticks(lines))
      assert.deepEqual(counted, [...counted.keys()], `${host} is whole`);

    // of those that have ended, as long as Docker keeps them
    assert.equal(ticks(await collect(await logsOf({ processes: ["web"] }))).size, 4);
  });
});

async function collect(events: AsyncIterable<LogEvent>): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const event of events) if (event.kind === "lines") lines.push(...event.lines);
  return lines;
}

/** What each container has counted. */
function ticks(lines: readonly LogLine[]): Map<string, number[]> {
  const counted = new Map<string, number[]>();
  for (const { text } of lines) {
    const [, host, n] = /^tick (\S+) (\d+)$/.exec(text) ?? [];
    if (host !== undefined) counted.set(host, [...(counted.get(host) ?? []), Number(n)]);
  }
  return counted;
}
