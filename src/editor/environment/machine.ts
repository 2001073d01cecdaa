import { homedir } from "node:os";
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
  const host = setting("sistership.docker.host");
  const env = {
    ...process.env,
    ...(host ? { DOCKER_HOST: host } : {}),
    ...(isOn("sistership.leadKeys") ? {} : { SISTERSHIP_KEYS: "off" }),
  };
  const machine = { env, home: homedir(), platform: process.platform };
  return { folder, machine, ...(rehearsal ? { rehearsal: {} } : {}) };
}
