import { statfs } from "node:fs/promises";
import { findEndpoint, inspectEngine } from "../../docker/index.ts";
import { type Command, Fault, fault, format, run } from "../../process/index.ts";
import type { Here } from "../here.ts";
import type { Check } from "./check.ts";

const gigabyte = 1024 ** 3;
const leastFreeGB = 5;

export const engineCheck: Check = {
  id: "engine",
  title: "Docker engine",
  why: "Every environment runs in containers, so that it is the same on each machine.",
  command: "docker info",
  async look({ machine }, signal) {
    const endpoint = findEndpoint(machine);
    const { version, cpus, memoryBytes } = await inspectEngine(endpoint, signal);
    const by = endpoint.from === "default" ? "" : `, by ${endpoint.from}`;
    return `${version}, ${cpus} cores, ${Math.round(memoryBytes / gigabyte)} GB of memory${by}`;
  },
};

export const composeCheck: Check = {
  id: "compose",
  title: "Docker Compose",
  why: "Compose starts a project's processes and services together and waits until they are healthy.",
  command: "docker compose version",
  look: (patient, signal) =>
    pluginVersion(patient, ["compose", "version", "--short"], fault("compose-missing", []), signal),
};

export const buildxCheck: Check = {
  id: "buildx",
  title: "Docker Buildx",
  why: "Buildx builds the image once, with the caches that make the next build quick.",
  command: "docker buildx version",
  look: (patient, signal) =>
    pluginVersion(patient, ["buildx", "version"], fault("buildx-missing", []), signal),
};

export const diskCheck: Check = {
  id: "disk",
  title: "Disk space",
  why: "Images and databases need room; a full disk stops them in the middle of their work.",
  command: "df -h .",
  async look({ folder }) {
    const { bavail, bsize } = await statfs(folder);
    const free = Math.floor((bavail * bsize) / gigabyte);
    if (free < leastFreeGB) throw fault("disk-low", [folder, free, leastFreeGB]);
    return `${free} GB free`;
  },
};

/** The version of a docker plug-in. Docker's own words for a missing one differ between releases; its exit code does not. */
async function pluginVersion(
  { machine, folder }: Here,
  args: readonly string[],
  missing: Fault,
  signal: AbortSignal,
): Promise<string> {
  const command: Command = { program: "docker", args, cwd: folder, env: machine.env };
  try {
    const { stdout } = await run(command, { signal, timeoutMs: 20_000 });
    return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? format(command);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "program-failed") throw missing;
    throw thrown;
  }
}
