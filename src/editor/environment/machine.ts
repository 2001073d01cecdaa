import { homedir } from "node:os";
import type { Machine } from "../../engine/docker/index.ts";
import type { Here } from "../../engine/environment/index.ts";
import { isOn, setting } from "../settings.ts";

/** Which environment of which folder. */
export interface Place {
  folder: string;
  /** What is rehearsed of the release, not what is developed in. */
  rehearsal?: true;
}

/** An environment on this machine, with the engine that the settings choose. */
export function here({ folder, rehearsal }: Place): Here {
  return { folder, machine: thisMachine(), ...(rehearsal ? { rehearsal: {} } : {}) };
}

export function thisMachine(): Machine {
  const host = setting("sistership.docker.host");
  const env = {
    ...process.env,
    ...(host ? { DOCKER_HOST: host } : {}),
    ...(isOn("sistership.leadKeys") ? {} : { SISTERSHIP_KEYS: "off" }),
  };
  return { env, home: homedir(), platform: process.platform };
}
