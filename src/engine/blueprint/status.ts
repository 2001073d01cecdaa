import { createTwoFilesPatch } from "diff";
import type { GeneratedFile } from "./blueprint.ts";
import { readSeal } from "./seal.ts";

/**
 * `absent`: not there. `current`: byte for byte. `outdated`: generated from an older profile, safe to write over.
 * `edited`: changed by hand since. `own`: never ours, or taken over.
 */
export type FileState = "absent" | "current" | "outdated" | "edited" | "own";

export interface FileStatus {
  file: GeneratedFile;
  state: FileState;
  /** What writing it would change, as unified text; empty where nothing would. */
  diff: string;
}

/** Compares what is generated with what is there. `read` answers undefined for a file that is not. */
export async function status(
  files: readonly GeneratedFile[],
  read: (path: string) => Promise<string | undefined>,
): Promise<FileStatus[]> {
  return Promise.all(
    files.map(async (file) => {
      const there = await read(file.path);
      return { file, state: stateOf(file, there), diff: diffOf(file, there) };
    }),
  );
}

/** Those that may be written without asking: nothing of anybody's is lost. */
export function writable(all: readonly FileStatus[]): GeneratedFile[] {
  return all
    .filter(({ file, state }) => (state === "absent" && file.when !== "offered") || state === "outdated")
    .map(({ file }) => file);
}

function stateOf(file: GeneratedFile, there: string | undefined): FileState {
  if (there === undefined) return "absent";
  if (there.replaceAll("\r\n", "\n") === file.text) return "current";
  const seal = readSeal(there);
  if (seal === "unsealed") return "own";
  return seal === "edited" ? "edited" : "outdated";
}

function diffOf({ path, text }: GeneratedFile, there: string | undefined): string {
  const before = there?.replaceAll("\r\n", "\n");
  if (before === text) return "";
  return createTwoFilesPatch(
    before === undefined ? "/dev/null" : `a/${path}`,
    `b/${path}`,
    before ?? "",
    text,
    undefined,
    undefined,
    {
      context: 3,
    },
  );
}
