// npm run bench:environment: the one button beside `docker compose up --wait` on the very same generated files, and beside
// the Dev Containers CLI. Each does all that a new hire needs: services, dependencies, migration, seed, a page that answers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { clear, cloneSample, hereIn, labelEnvironment, prepareImages } from "../rig/project.ts";
import { type Figures, median, publish, round, rounds, spread } from "./harness.ts";

const root = join(import.meta.dirname, "../..");
const turns = 3;

interface Contestant {
  /** Brings everything up that is not up. */
  up: Command[];
  /** What has to be run after the source has changed, to be sure that all is as it should be. */
  change: Command[];
}

async function main(): Promise<void> {
  const rig = await engine();
  await packExtension(); // dist/cli.js, as users run it
  await prepareImages(["node:22-bookworm-slim", "postgres:17"], rig);
  const home = mkdtempSync(join(tmpdir(), "sistership-bench-"));
  try {
    const measured = await rounds(turns, {
      sistership: () => measure(home, rig, "ours"),
      compose: () => measure(home, rig, "compose"),
      devcontainers: () => measure(home, rig, "devcontainers"),
    });
    report(measured);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A fresh clone each time; built layers are there for all alike. */
async function measure(
  home: string,
  rig: Engine,
  who: "ours" | "compose" | "devcontainers",
): Promise<Figures> {
  const folder = mkdtempSync(join(home, `${who}-`));
  const state = join(folder, "..", `${who}-state`);
  await cloneSample("express-tasks", folder, "bench-tasks");
  writeFileSync(join(folder, ".env"), "SESSION_SECRET=of-the-bench\n");
  labelEnvironment(folder);
  const here = hereIn(folder, rig, state);
  const env = here.machine.env;
  const cli = (...args: string[]): Command => ({
    program: "node",
    args: [join(root, "dist/cli.js"), ...args],
    cwd: folder,
    env,
  });
  const compose = (...args: string[]): Command => ({
    program: "docker",
    args: [
      "compose",
      "--file",
      ".sistership/compose.yaml",
      "--file",
      ".sistership/compose.override.yaml",
      ...args,
    ],
    cwd: folder,
    env: {
      ...env,
      SISTERSHIP_UID: String(process.getuid?.()),
      SISTERSHIP_GID: String(process.getgid?.()),
      SISTERSHIP_PORT_WEB: "0",
    },
  });
  const devcontainer: Command = {
    program: "devcontainer",
    args: ["up", "--workspace-folder", folder],
    cwd: folder,
    env: { ...compose().env, PATH: `${join(root, "node_modules/.bin")}:${env.PATH}` },
  };
  const release = compose("run", "--rm", "--no-TTY", "release");
  const seed = compose("run", "--rm", "--no-TTY", "seed");
  const contestants: Record<typeof who, Contestant> = {
    ours: { up: [cli("up")], change: [cli("up")] },
    compose: {
      up: [compose("up", "--detach", "--wait")],
      change: [compose("up", "--detach", "--wait"), release],
    },
    devcontainers: { up: [devcontainer], change: [devcontainer, release] },
  };
  const { up, change } = contestants[who];
  await run(cli("generate"));
  await run({
    program: "docker",
    args: ["image", "rm", "--force", "sistership-bench-tasks-web:dev"],
    env: rig.env,
  });
  try {
    const cold = await time([...up, ...(who === "ours" ? [] : [release, seed])]);
    const warm = await time(up);
    const file = join(folder, "src/app.js");
    writeFileSync(file, readFileSync(file, "utf8").replace("<h1>Tasks", "<h1>Tasks, changed"));
    return { cold, warm, change: await time(change) };
  } finally {
    if (who !== "ours") await run(compose("--profile", "*", "down", "--volumes", "--timeout", "1"));
    else await clear(here);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function time(commands: readonly Command[]): Promise<number> {
  const begin = performance.now();
  for (const command of commands) await run(command, { timeoutMs: 300_000 });
  return performance.now() - begin;
}

function report(measured: Record<"sistership" | "compose" | "devcontainers", Figures[]>): void {
  const phases = ["cold", "warm", "change"] as const;
  const of = (who: keyof typeof measured, phase: string) =>
    median(measured[who].map((figures) => figures[phase] ?? Number.NaN));
  const rows = phases.flatMap((phase) =>
    (Object.keys(measured) as (keyof typeof measured)[]).map((who) => ({
      phase,
      who,
      ...spread(measured[who], phase),
    })),
  );
  publish(
    rows,
    Object.fromEntries(
      phases.map((phase) => [
        phase,
        {
          vsCompose: round(of("sistership", phase) / of("compose", phase)),
          vsDevcontainers: round(of("sistership", phase) / of("devcontainers", phase)),
        },
      ]),
    ),
  );
}

await main();
