import { run } from "../process/index.ts";
import type { Source } from "./record.ts";

/** Where what lies in a folder comes from, as far as Git knows. What Git does not track is not built from either. */
export async function sourceOf(folder: string, signal: AbortSignal): Promise<Source> {
  const git = gitIn(folder, signal);
  const [commit, branch, changed] = await Promise.all([
    git("rev-parse", "HEAD"),
    git("symbolic-ref", "--short", "HEAD"),
    git("status", "--porcelain"),
  ]);
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    dirty: changed !== undefined && changed !== "",
  };
}

/** How many commits a release lacks that are here, and has that are not. */
export interface Distance {
  behind: number;
  ahead: number;
}

/** How far a commit is from the one at hand; undefined where Git knows nothing of it. */
export async function distanceOf(
  folder: string,
  commit: string,
  signal: AbortSignal,
): Promise<Distance | undefined> {
  const counted = await gitIn(folder, signal)("rev-list", "--left-right", "--count", `${commit}...HEAD`);
  const [, ahead, behind] = /^(\d+)\s+(\d+)$/.exec(counted ?? "") ?? [];
  return ahead === undefined ? undefined : { ahead: Number(ahead), behind: Number(behind) };
}

function gitIn(folder: string, signal: AbortSignal) {
  return async (...args: string[]) => {
    try {
      const options = { accept: [0, 1, 128], timeoutMs: 10_000, signal };
      const { code, stdout } = await run({ program: "git", args, cwd: folder }, options);
      return code === 0 ? stdout.trim() : undefined;
    } catch {
      return undefined; // there is no git
    }
  };
}
