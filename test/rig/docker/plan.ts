import type { CgroupMount } from "./cgroups.ts";
import type { System } from "./system.ts";
import { atLeast } from "./version.ts";

export const leastEngine = "26.1";
const leastCompose = "2.0";
const leastFreeGB = 5;
const oldestDebian = 12;

/** What was found on this machine. */
export interface Facts {
  /** Where Docker's tools would look for an engine, and what is there. */
  engine:
    | { is: "answering"; socket: string; version: string }
    | { is: "absent"; socket: string }
    | { is: "denied"; socket: string }
    /** Something else listens there. */
    | { is: "foreign"; socket: string }
    | { is: "remote"; url: string };
  /** DOCKER_HOST or a Docker context names the engine: a choice that is not ours to overrule. */
  chosen: boolean;
  /** What `docker --version`, `docker compose version` and `docker buildx version` say; undefined where there is none. */
  tools: { docker?: string; compose?: string; buildx?: string };
  system: System;
  root: boolean;
  freeGB: number;
  /** The folder whose disk was measured. */
  folder: string;
  missingCgroups: readonly CgroupMount[];
}

export type Plan =
  | { do: "use"; socket: string; version: string; fetchTools: boolean }
  | { do: "start"; at: "usual place" | "own place"; mounts: readonly CgroupMount[] }
  | { do: "refuse"; says: string };

const howToInstall = `install Docker Engine ${leastEngine} or newer (https://docs.docker.com/engine/install/) and start it`;

/** What to do about Docker, given the facts. */
export function plan(facts: Facts): Plan {
  const { engine } = facts;
  if (facts.freeGB < leastFreeGB) return refuse(lowDisk(facts));
  switch (engine.is) {
    case "remote":
      return refuse(
        `The chosen Docker engine is ${engine.url}: the rig needs one on this machine, at a unix socket. Unset DOCKER_HOST and DOCKER_CONTEXT, then try again.`,
      );
    case "denied":
      return refuse(
        `You may not use the Docker engine at ${engine.socket}: add yourself to the group that owns the socket, then log in again.`,
      );
    case "answering":
      return use(engine.socket, engine.version, facts);
    case "absent":
    case "foreign":
      if (facts.chosen) {
        return refuse(
          `No Docker engine answers at ${engine.socket}, which DOCKER_HOST or a Docker context names: start it, or unset the choice.`,
        );
      }
      return start(facts, engine.is === "foreign" ? "own place" : "usual place");
  }
}

function use(socket: string, version: string, facts: Facts): Plan {
  if (!atLeast(version, leastEngine)) {
    return refuse(
      `The Docker engine at ${socket} is ${version}, the rig needs ${leastEngine} or newer: update it, or stop it and let the rig bring its own.`,
    );
  }
  const lacking = lackingTools(facts.tools);
  if (lacking.length > 0 && !isDebian(facts)) {
    return refuse(
      `The Docker engine at ${socket} answers, but these tools are missing: ${lacking.join(", ")}. Install them (docker-ce-cli, docker-compose-plugin, docker-buildx-plugin), then try again.`,
    );
  }
  return { do: "use", socket, version, fetchTools: lacking.length > 0 };
}

function start(facts: Facts, at: "usual place" | "own place"): Plan {
  const { system } = facts;
  if (!isDebian(facts)) {
    const name = [system.id, system.version].filter((word) => word !== "").join(" ");
    return refuse(
      `No Docker engine answers, and the rig can bring its own on Debian ${oldestDebian} or newer only (this is ${name}): ${howToInstall}.`,
    );
  }
  if (!facts.root) {
    return refuse(
      `No Docker engine answers, and only root can start one: run this as root, or ${howToInstall}.`,
    );
  }
  return { do: "start", at, mounts: facts.missingCgroups };
}

function lackingTools({ docker, compose, buildx }: Facts["tools"]): string[] {
  const lacking: string[] = [];
  if (docker === undefined) lacking.push("docker");
  if (compose === undefined || !atLeast(compose, leastCompose)) lacking.push("docker compose (v2)");
  if (buildx === undefined) lacking.push("docker buildx");
  return lacking;
}

function isDebian({ system }: Facts): boolean {
  return system.platform === "linux" && system.id === "debian" && Number(system.version) >= oldestDebian;
}

function lowDisk({ freeGB, folder }: Facts): string {
  return `Only ${freeGB.toFixed(1)} GB are free on the disk of ${folder}: the rig needs ${leastFreeGB} GB. Free some, or point SISTERSHIP_RIG_CACHE at a larger disk.`;
}

function refuse(says: string): Plan {
  return { do: "refuse", says };
}
