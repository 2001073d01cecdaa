import { readFileSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { localStatus } from "../../blueprint/index.ts";
import { findEndpoint, inspectEngine } from "../../docker/index.ts";
import { fault } from "../../process/index.ts";
import type { Here } from "../here.ts";
import { recall } from "../memory.ts";
import { isPortFree } from "../ports.ts";
import type { Check } from "./check.ts";
import { holderOf } from "./holder.ts";

const gigabyte = 1024 ** 3;
const leastFreeGB = 5;
const leastMemoryGB = 2;
/** An engine that hangs keeps nobody from hearing of the project's own disk. */
const engineMs = 3_000;

export const diskCheck: Check = {
  id: "disk",
  title: "Disk space",
  why: "Images and databases need room; a full disk stops them in the middle of their work.",
  command: "df -h .",
  async look(patient, signal) {
    const { folder } = patient;
    const own = await freeGB(folder);
    if (own < leastFreeGB) throw fault("disk-low", [folder, own, leastFreeGB]);
    // the engine says which folder is its own; where that is not on this machine, nothing can be measured
    const soon = AbortSignal.any([signal, AbortSignal.timeout(engineMs)]);
    const engine = await ask(patient, soon).catch(() => undefined);
    const its = engine && (await freeGB(engine.folder).catch(() => undefined));
    if (engine && its !== undefined && its < leastFreeGB)
      throw fault("disk-low", [engine.folder, its, leastFreeGB]);
    return `${Math.min(own, its ?? own)} GB free`;
  },
};

const ask = async ({ machine }: Here, signal: AbortSignal) => inspectEngine(findEndpoint(machine), signal);

async function freeGB(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / gigabyte);
}

export const memoryCheck: Check = {
  id: "memory",
  title: "Memory",
  why: "What takes more memory than there is, is killed without a word.",
  command: "docker info --format {{.MemTotal}}",
  async look({ machine }, signal) {
    const { memoryBytes } = await inspectEngine(findEndpoint(machine), signal);
    if (memoryBytes < leastMemoryGB * gigabyte)
      throw fault("memory-low", [Math.round(memoryBytes / gigabyte), leastMemoryGB]);
    return `${(freemem() / gigabyte).toFixed(1)} of ${Math.round(totalmem() / gigabyte)} GB free here`;
  },
};

export const portsCheck: Check = {
  id: "ports",
  title: "Ports",
  why: "A process whose usual port is taken gets another one, which is remembered.",
  command: "ss --listening --tcp --processes",
  async look(here, signal) {
    const found = await localStatus(here.folder).catch(() => undefined);
    if (!found?.ok) return "no project here that asks for any";
    const remembered = recall(here)?.ports ?? {};
    const taken: string[] = [];
    for (const { name, port } of Object.values(found.profile.processes)) {
      if (port === undefined || remembered[name] === port || (await isPortFree(port))) continue;
      const holder = await holderOf(port, here.machine, signal);
      taken.push(`${port} is held by ${holder ?? "another program"}: ${name} gets another`);
    }
    return taken.length === 0 ? "those that it asks for are free, or its own" : taken.join("; ");
  },
};

export const filesCheck: Check = {
  id: "files",
  title: "The project's folder",
  why: "Containers read and watch the source: from some disks that is slow, or changes are not told.",
  command: "pwd",
  async look({ folder, machine }) {
    const wsl = machine.platform === "linux" && /microsoft/i.test(readIfThere("/proc/version"));
    if (wsl && /^\/mnt\/[a-z]\//.test(folder)) throw fault("wsl-disk", [folder]);
    const alike = isSame(folder, join(dirname(folder), swapped(basename(folder))));
    return alike
      ? "names that differ in case alone are one here, and two on servers"
      : `upper and lower case are told apart${wsl ? ", on the disk of WSL" : ""}`;
  },
};

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const swapped = (name: string) => (name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase());

function isSame(one: string, other: string): boolean {
  if (one === other) return false;
  try {
    return statSync(one).ino === statSync(other).ino;
  } catch {
    return false;
  }
}
