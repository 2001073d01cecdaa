// npm run bench:faults: what goes wrong in practice, done on purpose to `up` on a real engine, with two generations of
// Compose. Right is an end that names cause, culprit and fix. A leftover is whatever a failed `up` has started and left
// running, a network that no container is in, a file with secrets, or a half-written file.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentStatus } from "../../src/engine/environment/index.ts";
import { Fault, run } from "../../src/engine/process/index.ts";
import { type Checkout, checkout, tiny } from "../rig/checkout.ts";
import { fetchCompose } from "../rig/docker/compose.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { prepareImages } from "../rig/project.ts";
import { type Docker, type Injected, injected } from "./faults/cases.ts";

interface Outcome {
  name: string;
  compose: string;
  right: boolean;
  leftovers: string[];
  said: string;
}

async function main(): Promise<void> {
  const rig = await engine();
  await prepareImages(["node:22-bookworm-slim", "busybox:1", "postgres:17"], rig);
  const newer = await fetchCompose();
  const generations: Engine[] = [rig, { ...rig, env: { ...rig.env, DOCKER_CONFIG: newer } }];
  const wanted = process.argv.slice(2);
  const cases = injected.filter(
    ({ name }) => wanted.length === 0 || wanted.some((one) => name.includes(one)),
  );
  const outcomes: Outcome[] = [];
  for (const generation of generations) {
    const { stdout } = await run({
      program: "docker",
      args: ["compose", "version", "--short"],
      env: generation.env,
    });
    const compose = stdout.trim();
    for (const one of cases) {
      const outcome = await provoke(one, generation, compose).catch(
        (thrown: unknown): Outcome => ({
          name: one.name,
          compose,
          right: false,
          leftovers: [],
          said: `the provocation itself failed: ${thrown}`,
        }),
      );
      outcomes.push(outcome);
      process.stdout.write(`${outcome.right ? "✓" : "✗"} ${compose}  ${one.name}\n`);
      if (!outcome.right) process.stdout.write(`    ${outcome.said}\n`);
      for (const left of outcome.leftovers) process.stdout.write(`    left: ${left}\n`);
    }
  }
  const right = outcomes.filter((one) => one.right).length;
  const leftovers = outcomes.reduce((sum, one) => sum + one.leftovers.length, 0);
  const share = ((right / outcomes.length) * 100).toFixed(1);
  process.stdout.write(
    `\n${right} of ${outcomes.length} named rightly (${share} %), ${leftovers} leftovers\n`,
  );
  process.stdout.write(`${JSON.stringify({ faults: outcomes.length, right, leftovers })}\n`);
}

async function provoke(one: Injected, rig: Engine, compose: string): Promise<Outcome> {
  const { DOCKER_HOST: _, DOCKER_CONTEXT: __, ...env } = one.env ?? {};
  await using project = await checkout(
    { ...rig, env: { ...rig.env, ...env } },
    one.files?.() ?? tiny(),
    one.folder === undefined ? {} : { folder: one.folder },
  );
  const docker: Docker = async (...args) =>
    (await run({ program: "docker", args, env: rig.env }, { timeoutMs: 60_000 })).stdout;
  const undo = (await one.inject?.(project, docker)) ?? undefined;
  try {
    const said = await attempt(one, project, docker);
    const { expected } = one;
    const right =
      expected === "up"
        ? said === "up"
        : said instanceof Fault && said.code === expected.code && expected.says.test(said.says);
    const leftovers = said === "up" || one.goesOn ? [] : await leftBy(project, one, docker);
    const wentOn = !one.goesOn || (await project.up({ signal: AbortSignal.timeout(60_000) })).url !== "";
    return {
      name: one.name,
      compose,
      right: right && wentOn,
      leftovers,
      said: said instanceof Fault ? `${said.code}: ${said.says}` : String(said),
    };
  } finally {
    await undo?.[Symbol.asyncDispose]();
  }
}

/** Brings it up in the way of the case, and says how that ended. */
async function attempt(one: Injected, project: Checkout, docker: Docker): Promise<unknown> {
  const cancel = new AbortController();
  let acted: Promise<void> | undefined;
  const { env } = project.here.machine;
  const changed = { ...project.here, machine: { ...project.here.machine, env: { ...env, ...one.env } } };
  try {
    await project.up({
      here: changed,
      signal: AbortSignal.any([cancel.signal, AbortSignal.timeout(120_000)]),
      onStep: (id, state) => {
        if (id === one.cancelAt && state === "running") cancel.abort();
        if (id === one.meanwhile?.step && state === one.meanwhile.state)
          acted ??= one.meanwhile.act(project, docker);
      },
    });
    return "up";
  } catch (thrown) {
    return thrown;
  } finally {
    await acted;
  }
}

async function leftBy(project: Checkout, { name }: Injected, docker: Docker): Promise<string[]> {
  const { parts, project: called } = await environmentStatus(project.here).catch(
    () => ({ parts: [], project: undefined }), // of a profile that cannot be read nothing was started
  );
  const ofProject = ["--quiet", "--filter", `label=com.docker.compose.project=${called}`];
  const made = (await docker("ps", "--all", ...ofProject)).trim();
  const networks = made === "" ? (await docker("network", "ls", ...ofProject)).match(/\S+/g) : null;
  const containers = parts
    .filter(({ state }) => state !== "absent" && state !== "ended")
    .map((part) => `${part.name} of "${name}" runs on`);
  const state = join(project.here.machine.env.XDG_STATE_HOME ?? "", "sistership/environments");
  const files = [state, join(project.here.folder, ".sistership")].flatMap((folder) =>
    list(folder).map((file) => join(folder, file)),
  );
  const halves = files.filter((file) => file.endsWith(".new") || /\.\d+\.env$/.test(file));
  const empty = (networks ?? []).map((network) => `network ${network} of "${name}" has no container`);
  return [...containers, ...empty, ...halves.map((file) => `${file} (${readFileSync(file).length} bytes)`)];
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

await main();
