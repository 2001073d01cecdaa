import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import type { Here } from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "./docker/engine.ts";
import { rigLabels } from "./docker/labels.ts";
import { image } from "./images/image.ts";

/** A Compose project whose processes print what they are told to. */
export interface Printing extends AsyncDisposable {
  rig: Engine;
  here: Here;
  project: string;
  env: Record<string, string>;
  compose: (...args: string[]) => Promise<string>;
  /** Resolves when all of it has ended. */
  ended: () => Promise<void>;
}

interface Process {
  /** For `sh -c`. */
  prints: string;
  terminal?: boolean;
}

/** Writes the project; nothing of it runs yet. */
export async function printing(processes: Readonly<Record<string, Process>>): Promise<Printing> {
  const rig = await engine();
  await image("debian:12", { engine: rig });
  const folder = mkdtempSync(join(tmpdir(), "sistership-logs-"));
  const project = basename(folder).toLowerCase();
  const labels = rigLabels();
  const services = Object.entries(processes).map(([name, { prints, terminal = false }]) => [
    name,
    {
      image: "debian:12",
      labels,
      tty: terminal,
      init: true,
      // an engine may be set to keep 10 MB only
      logging: { driver: "json-file", options: { "max-size": "1g" } },
      stop_grace_period: "1s",
      volumes: ["..:/app"],
      command: ["sh", "-c", prints.replaceAll("$", "$$$$")],
    },
  ]);
  const file = join(folder, ".sistership/compose.yaml");
  mkdirSync(join(folder, ".sistership"));
  writeFileSync(
    file,
    stringify({ name: project, services: Object.fromEntries(services), networks: { default: { labels } } }),
  );
  const env = { ...rig.env, XDG_STATE_HOME: join(folder, ".state") };
  const compose = async (...args: string[]) =>
    (await run({ program: "docker", args: ["compose", "-f", file, ...args], env })).stdout;
  const ended = async () => {
    const ids = (await compose("ps", "--all", "--quiet")).trim().split("\n");
    await run({ program: "docker", args: ["wait", ...ids], env });
  };
  return {
    rig,
    project,
    env,
    compose,
    ended,
    here: {
      folder,
      machine: { env: { ...process.env, ...env }, home: homedir(), platform: process.platform },
    },
    async [Symbol.asyncDispose]() {
      await compose("down", "--timeout", "1");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
