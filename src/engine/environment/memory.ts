import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { fault } from "../process/index.ts";
import type { Here } from "./here.ts";

const schema = z.object({
  folder: z.string(),
  /** The name of the Compose project. */
  project: z.string(),
  /** Ports of this machine, by process or service. */
  ports: z.record(z.string(), z.number()).default({}),
  /** What each image was built from, and what came of it. */
  built: z.record(z.string(), z.object({ from: z.string(), id: z.string() })).default({}),
  /** What the containers were made with: service → field → digest. */
  made: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** The data that a seed was put into, by the seed's service. */
  seeded: z.record(z.string(), z.string()).default({}),
  /** The source that the release command last ran for, and the data it ran on. */
  released: z.string().optional(),
});

/** What is remembered of the environment of one checkout. Outside the repository: no two machines share it. */
export type Memory = z.infer<typeof schema>;

/** Where this user's environments are remembered, and what their secrets stand in. */
export function stateFolder({ machine: { env, home } }: Pick<Here, "machine">): string {
  return join(env.XDG_STATE_HOME || join(home, ".local", "state"), "sistership", "environments");
}

/** Where the CLI keeps the secrets of a checkout. */
export function secretsFile(here: Here): string {
  return join(stateFolder(here), `${checkoutId(here.folder)}.secrets`);
}

/** One name for one checkout, by whatever path it is reached. */
export function checkoutId(folder: string): string {
  const real = existsSync(folder) ? realpathSync(folder) : folder;
  return createHash("sha256").update(real).digest("hex").slice(0, 16);
}

export function recall(here: Here): Memory | undefined {
  return read(fileOf(here));
}

/** What other checkouts on this machine remember; those whose folders are gone claim nothing. */
export function recallOthers(here: Here): Memory[] {
  const folder = stateFolder(here);
  const own = nameOf(here);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith(".json") && name !== own)
    .flatMap((name) => read(join(folder, name)) ?? [])
    .filter((memory) => existsSync(memory.folder));
}

export function remember(here: Here, memory: Memory): void {
  const file = fileOf(here);
  try {
    mkdirSync(stateFolder(here), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw fault("not-written", [file, error instanceof Error ? error.message : String(error)], {
      cause: error,
    });
  }
}

function nameOf({ folder, rehearsal }: Here): string {
  return `${checkoutId(folder)}${rehearsal ? ".release" : ""}.json`;
}

function fileOf(here: Here): string {
  return join(stateFolder(here), nameOf(here));
}

/** A memory that cannot be read is none: all of it can be found again. */
function read(file: string): Memory | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
