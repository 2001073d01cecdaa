import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { cacheDir, once } from "../cache.ts";
import { ask } from "./api.ts";
import { type CgroupMount, mountCgroups } from "./cgroups.ts";
import { daemonOfRig, startDaemon, stopDaemon } from "./daemon.ts";
import { gatherFacts, usualSocket } from "./facts.ts";
import { fetchPrograms, installNeeds } from "./install.ts";
import { plan } from "./plan.ts";

export interface Engine {
  /** Path of the unix socket. */
  socket: string;
  version: string;
  /** Whether this call started it. */
  started: boolean;
  /** Lay this over the environment of whatever runs `docker`, `docker compose` or `docker buildx`. */
  env: Record<string, string>;
}

interface Options {
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** Makes sure that a Docker engine answers: the one that is there, else one of our own. */
export async function engine({ env = process.env, signal }: Options = {}): Promise<Engine> {
  const facts = await gatherFacts(cacheDir("docker"), env);
  const decision = plan(facts);
  switch (decision.do) {
    case "refuse":
      throw new Error(decision.says);
    case "use": {
      const tools = decision.fetchTools ? (await fetchPrograms(env, signal)).env : {};
      const { socket, version } = decision;
      return { socket, version, started: false, env: { ...tools, ...host(socket) } };
    }
    case "start": {
      const socket = decision.at === "usual place" ? usualSocket : join(cacheDir("docker"), "docker.sock");
      return bringUp(socket, decision.mounts, env, signal);
    }
  }
}

/** Stops the engine if the rig started it; anybody else's is left alone. Returns whether it stopped one. */
export async function stopEngine(): Promise<boolean> {
  return stopDaemon();
}

async function bringUp(
  socket: string,
  missing: readonly CgroupMount[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Engine> {
  const programs = await fetchPrograms(env, signal);
  let started = false;
  // A key that was never seen: only the lock is wanted, two processes must not start two engines.
  await once("docker-start", randomUUID(), async () => {
    if (daemonOfRig().pid() !== undefined && (await ask(socket)).is === "answering") return;
    await installNeeds(signal);
    await mountCgroups(missing);
    await startDaemon(socket, programs, env, signal);
    started = true;
  });
  const answer = await ask(socket);
  if (answer.is !== "answering") {
    throw new Error(
      `The Docker engine at ${socket} went away as soon as it had started: see ${daemonOfRig().logFile}.`,
    );
  }
  return { socket, version: answer.version, started, env: { ...programs.env, ...host(socket) } };
}

function host(socket: string): Record<string, string> {
  return socket === usualSocket ? {} : { DOCKER_HOST: `unix://${socket}` };
}
