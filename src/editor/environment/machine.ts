import { homedir } from "node:os";
import type { Here } from "../../engine/environment/index.ts";
import { setting } from "../settings.ts";

/** A folder on this machine, with the engine that the settings choose. */
export function here(folder: string): Here {
  const host = setting("sistership.docker.host");
  const env = { ...process.env, ...(host ? { DOCKER_HOST: host } : {}) };
  return { folder, machine: { env, home: homedir(), platform: process.platform } };
}
