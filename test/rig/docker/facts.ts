import { statfsSync } from "node:fs";
import { run } from "../../../src/engine/process/index.ts";
import { ask } from "./api.ts";
import { readCgroups } from "./cgroups.ts";
import type { Facts } from "./plan.ts";
import { readSystem } from "./system.ts";

export const usualSocket = "/var/run/docker.sock";

/** Looks at this machine; changes nothing. */
export async function gatherFacts(folder: string, env: NodeJS.ProcessEnv): Promise<Facts> {
  const [{ engine, chosen }, docker, compose, buildx] = await Promise.all([
    findEngine(env),
    say(["--version"], env),
    say(["compose", "version", "--short"], env),
    say(["buildx", "version"], env),
  ]);
  const disk = statfsSync(folder);
  return {
    engine,
    chosen,
    tools: {
      ...(docker !== undefined && { docker }),
      ...(compose !== undefined && { compose }),
      ...(buildx !== undefined && { buildx }),
    },
    system: readSystem(),
    root: process.getuid?.() === 0,
    freeGB: (disk.bavail * disk.bsize) / 1e9,
    folder,
    missingCgroups: readCgroups(),
  };
}

export async function findEngine(env: NodeJS.ProcessEnv): Promise<Pick<Facts, "engine" | "chosen">> {
  const url = env.DOCKER_HOST || (await contextHost(env)) || `unix://${usualSocket}`;
  if (!url.startsWith("unix://")) return { engine: { is: "remote", url }, chosen: true };
  const socket = url.slice("unix://".length);
  const chosen = socket !== usualSocket;
  return { engine: { ...(await ask(socket)), socket }, chosen };
}

/** The host of the current Docker context: Docker Desktop, Colima and the like are found that way. */
async function contextHost(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return say(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], env);
}

async function say(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await run({ program: "docker", args, env }, { timeoutMs: 10_000 });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // no docker, or no such plug-in: both mean that the tool is not there
  }
}
