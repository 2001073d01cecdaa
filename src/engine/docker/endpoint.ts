import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fault } from "../process/index.ts";

/** Where the Docker engine is, and who said so. */
export interface Endpoint {
  host: string;
  from: string;
}

export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  platform: NodeJS.Platform;
}

/** Finds the engine as the docker program does: DOCKER_HOST, then the chosen context, then the usual sockets. */
export function findEndpoint(machine: Machine): Endpoint {
  const { env, home } = machine;
  if (env.DOCKER_HOST) return { host: env.DOCKER_HOST, from: "DOCKER_HOST" };
  const config = env.DOCKER_CONFIG || join(home, ".docker");
  const context = env.DOCKER_CONTEXT || chosenContext(config);
  if (context && context !== "default") {
    return { host: hostOfContext(config, context), from: `context ${context}` };
  }
  const usual = usualSockets(machine);
  return { host: usual.find((socket) => existsSync(pathOf(socket))) ?? usual[0], from: "default" };
}

/** The path of a unix socket or named pipe; other hosts are returned as they are. */
export function pathOf(host: string): string {
  return host.replace(/^(unix|npipe):\/\//, "");
}

function usualSockets({ env, home, platform }: Machine): [string, ...string[]] {
  if (platform === "win32") return ["npipe:////./pipe/docker_engine"];
  const rootless = env.XDG_RUNTIME_DIR ? [`unix://${env.XDG_RUNTIME_DIR}/docker.sock`] : [];
  return ["unix:///var/run/docker.sock", `unix://${home}/.docker/run/docker.sock`, ...rootless];
}

function chosenContext(config: string): string | undefined {
  const value = readJson(join(config, "config.json"), "currentContext");
  return typeof value === "string" ? value : undefined;
}

function hostOfContext(config: string, name: string): string {
  const folder = createHash("sha256").update(name).digest("hex");
  const host = readJson(join(config, "contexts", "meta", folder, "meta.json"), "Endpoints", "docker", "Host");
  if (typeof host !== "string") throw fault("docker-context", [name]);
  return host;
}

/** One value of a JSON file; undefined where the file or the value is missing or unreadable. */
function readJson(file: string, ...path: string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}
