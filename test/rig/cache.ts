import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once as event } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A folder outside the tree where the rig keeps what is dear to make. */
export function cacheDir(...parts: string[]): string {
  const base = process.env.SISTERSHIP_RIG_CACHE ?? join(homedir(), ".cache", "sistership-rig");
  const dir = join(base, ...parts);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** A short name for content: the same parts, the same key. */
export function contentKey(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

/**
 * Builds a thing once for all processes of this machine. The stamp is written last,
 * so that a build cut half-way is done again. Returns whether it was built now.
 */
export async function once(name: string, key: string, build: () => Promise<void>): Promise<boolean> {
  const stamp = join(cacheDir("stamps"), `${fileName(name)}.stamp`);
  if (stampOf(stamp) === key) return false;
  await using _lock = await lock(name);
  if (stampOf(stamp) === key) return false;
  rmSync(stamp, { force: true });
  await build();
  writeFileSync(stamp, key);
  return true;
}

function stampOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A lock between processes, held by the kernel through flock(1): a killed owner lets go of it. */
async function lock(name: string): Promise<AsyncDisposable> {
  const file = join(cacheDir("locks"), `${fileName(name)}.lock`);
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = event(holder, "exit");
  await Promise.race([
    event(holder.stdout, "data"),
    gone.then(() => Promise.reject(new Error(`The lock ${file} could not be taken.`))),
  ]);
  return {
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await gone;
    },
  };
}

function fileName(name: string): string {
  return name.replaceAll(/[^\w.-]/g, "_");
}
