import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../process/index.ts";
import { type Problem, type Profile, parseProfile } from "../profile/index.ts";
import { blueprint } from "./blueprint.ts";
import { type Lock, lockFile, readLock } from "./lock.ts";
import { type FileStatus, status } from "./status.ts";

type ProjectStatus = { problems: readonly Problem[] } & (
  | { ok: true; profile: Profile; lock: Lock; files: FileStatus[] }
  | { ok: false }
);

/** What the profile in a folder generates, beside what stands there; a profile that is wrong generates nothing. */
export async function projectStatus(folder: string): Promise<ProjectStatus> {
  const { problems, profile, lock } = await readProject(folder);
  if (profile === undefined) return { ok: false, problems };
  const files = await status(blueprint(profile, { lock }), (path) => readText(join(folder, path)));
  return { ok: true, problems, profile, lock, files };
}

interface Project {
  problems: readonly Problem[];
  /** Undefined where it is wrong. */
  profile: Profile | undefined;
  lock: Lock;
}

/** The profile and the lock of a folder. */
export async function readProject(folder: string): Promise<Project> {
  const file = join(folder, "sistership.yaml");
  const text = await readText(file);
  if (text === undefined) throw fault("no-profile", [file]);
  const parsed = parseProfile(text, file);
  if (!parsed.ok) return { problems: parsed.problems, profile: undefined, lock: {} };
  const at = join(folder, lockFile);
  const held = await readText(at);
  return {
    problems: parsed.problems,
    profile: parsed.profile,
    lock: held === undefined ? {} : readLock(held, at),
  };
}

export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
