// A run that is killed leaves nothing running, and the next one works.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { run } from "../../src/engine/process/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { runLabel } from "../rig/docker/labels.ts";

const root = join(import.meta.dirname, "../..");

/** Everything on this machine that carries the name of a run. */
async function leftOf(name: string): Promise<string[]> {
  const processes = readdirSync("/proc").flatMap((pid) => {
    try {
      const mine = readFileSync(`/proc/${pid}/environ`, "utf8").includes(`SISTERSHIP_RUN=${name}\0`);
      return mine ? [`process ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`] : [];
    } catch {
      return []; // not a process, or gone
    }
  });
  const { env } = await engine();
  const args = ["ps", "--all", "--quiet", "--filter", `label=${runLabel(name)}`];
  const { stdout } = await run({ program: "docker", args, env });
  return [
    ...processes,
    ...stdout
      .split("\n")
      .filter(Boolean)
      .map((id) => `container ${id}`),
  ];
}

/** Starts `npm run try` and waits until it has brought everything up. */
async function startTry(): Promise<{ child: ChildProcess; name: string }> {
  const child = spawn(process.execPath, ["test/start.mjs", "test/rig/try.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, SISTERSHIP_RUN: undefined },
  });
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes("Ctrl-C ends")) break;
  const [main] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")
    .trim()
    .split(" ")
    .flatMap(
      (pid) => /SISTERSHIP_RUN=([\w-]+)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1] ?? [],
    );
  assert.ok(main, "the run has a name");
  return { child, name: main };
}

async function assertGone(name: string): Promise<void> {
  let left: string[] = [];
  for (let tries = 0; tries < 150; tries++) {
    left = await leftOf(name);
    if (left.length === 0) return;
    await wait(200);
  }
  assert.deepEqual(left, []);
}

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  test(`a run that gets ${signal} leaves nothing running`, { timeout: 300_000 }, async () => {
    const { child, name } = await startTry();
    assert.ok((await leftOf(name)).length > 3, "the editor, its host, the server and the run itself are up");
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    await assertGone(name);
  });
}
