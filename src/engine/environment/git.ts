import { readFileSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { overlayFile } from "../blueprint/index.ts";
import { run } from "../process/index.ts";

/** What is of one person must not be committed by mistake. Their own exclude file says so: the project's is not touched. */
export async function hideFromGit(folder: string): Promise<void> {
  const ask = (...args: string[]) =>
    run({ program: "git", args, cwd: folder }, { accept: [0, 1, 128], timeoutMs: 5000 }).catch(
      () => undefined,
    ); // no git, nothing to hide from
  if ((await ask("check-ignore", "--quiet", overlayFile))?.code !== 1) return;
  const found = await ask("rev-parse", "--git-path", "info/exclude");
  if (found?.code !== 0) return;
  const file = resolve(folder, found.stdout.trim());
  const text = await readFile(file, "utf8").catch(() => "");
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${gap}${overlayFile}\n`);
}

/** The repository that a worktree belongs to; undefined for every other folder. */
export function worktreeOf(folder: string): string | undefined {
  const read = (path: string) => {
    try {
      return readFileSync(path, "utf8").trim();
    } catch {
      return undefined; // a folder, or nothing: no worktree
    }
  };
  const own = /^gitdir: (.+)$/.exec(read(join(folder, ".git")) ?? "")?.[1];
  const common = own !== undefined && isAbsolute(own) ? read(join(own, "commondir")) : undefined;
  return own === undefined || common === undefined ? undefined : resolve(own, common);
}
