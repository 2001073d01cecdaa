import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../process/index.ts";
import {
  type Problem,
  type Profile,
  type ProfileFile,
  parseOverlay,
  parseProfile,
} from "../profile/index.ts";
import { blueprint } from "./blueprint.ts";
import { type Lock, lockFile, readLock } from "./lock.ts";
import { type FileStatus, status } from "./status.ts";

type ProjectStatus = { problems: readonly Problem[] } & (
  | { ok: true; profile: Profile; written: ProfileFile; lock: Lock; files: FileStatus[] }
  | { ok: false }
);

/** What the profile in a folder generates, beside what stands there; a profile that is wrong generates nothing. */
export async function projectStatus(folder: string): Promise<ProjectStatus> {
  const { problems, profile, written, lock } = await readProject(folder);
  if (profile === undefined || written === undefined) return { ok: false, problems };
  const files = await status(blueprint(profile, { lock }), (path) => readText(join(folder, path)));
  return { ok: true, problems, profile, written, lock, files };
}

/** What one person wants otherwise than all, on their machine alone. Git does not see it. */
export const overlayFile = "sistership.local.yaml";

/** The project as it runs for this person: what they laid over it included. `files` are those that all share. */
export async function localStatus(folder: string): Promise<ProjectStatus & { overlaid: boolean }> {
  const shared = await projectStatus(folder);
  const file = join(folder, overlayFile);
  const text = shared.ok ? await readText(file) : undefined;
  if (!shared.ok || text === undefined) return { ...shared, overlaid: false };
  const parsed = parseOverlay(shared.written, text, file);
  if (!parsed.ok) return { ok: false, problems: parsed.problems, overlaid: true };
  const { profile, problems } = parsed;
  const images = (of: Profile) =>
    blueprint(of, { lock: shared.lock })
      .filter(({ path }) => path.endsWith("Dockerfile"))
      .map(({ path, text }) => `${path}\n${text}`);
  // an image that only one person has is how environments drift
  if (images(profile).join() !== images(shared.profile).join()) throw fault("overlay-image", [file]);
  return { ...shared, profile, problems, overlaid: true };
}

/** What keeps a profile from being used: the first of its problems. */
export function wrongProfile(folder: string, problems: readonly Problem[]): Fault {
  const first = problems.find(({ severity }) => severity === "error");
  return fault("profile-wrong", [
    first?.file ?? join(folder, "sistership.yaml"),
    first?.start.line ?? 1,
    first?.message ?? "it could not be read.",
  ]);
}

interface Project {
  problems: readonly Problem[];
  /** Undefined where it is wrong. */
  profile: Profile | undefined;
  written?: ProfileFile;
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
    written: parsed.written,
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
