import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../process/index.ts";
import { type Problem, type Profile, parseProfile } from "../profile/index.ts";
import { blueprint } from "./blueprint.ts";
import { lockFile, readLock } from "./lock.ts";
import { type FileStatus, status } from "./status.ts";

type ProjectStatus = { problems: readonly Problem[] } & (
  | { ok: true; profile: Profile; files: FileStatus[] }
  | { ok: false }
);

/** What the profile in a folder generates, beside what stands there; a profile that is wrong generates nothing. */
export async function projectStatus(folder: string): Promise<ProjectStatus> {
  const file = join(folder, "sistership.yaml");
  const text = await readText(file);
  if (text === undefined) throw fault("no-profile", [file]);
  const parsed = parseProfile(text, file);
  if (!parsed.ok) return { ok: false, problems: parsed.problems };
  const lock = await readText(join(folder, lockFile));
  const generated = blueprint(parsed.profile, lock === undefined ? {} : { lock: readLock(lock) });
  const files = await status(generated, (path) => readText(join(folder, path)));
  return { ok: true, problems: parsed.problems, profile: parsed.profile, files };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
