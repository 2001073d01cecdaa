import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/index.ts";

/**
 * What an image that is released says of itself, for the labels in the Compose file. A rehearsal says the same, for it is
 * the same image.
 */
export async function saidOfRelease(folder: string, engine: string): Promise<Record<string, string>> {
  const git = async (...args: string[]) =>
    (await run({ program: "git", args, cwd: folder }, { timeoutMs: 20_000 }).catch(() => undefined))?.stdout;
  const [commit, changes, profile] = await Promise.all([
    git("rev-parse", "HEAD"),
    git("status", "--porcelain", "--", "."),
    readFile(join(folder, "sistership.yaml")),
  ]);
  return {
    SISTERSHIP_REVISION: commit?.trim() ?? "",
    SISTERSHIP_DIRTY: changes === undefined ? "unknown" : String(changes.trim() !== ""),
    SISTERSHIP_PROFILE: createHash("sha256").update(profile).digest("hex"),
    SISTERSHIP_BUILDER: `BuildKit of Docker ${engine}`,
    // attestations would make an index of it, which is another image at every build
    BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
  };
}
