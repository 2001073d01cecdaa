import { randomUUID } from "node:crypto";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fault } from "../process/index.ts";

interface Written {
  path: string;
  text: string;
}

/** Writes all of the files or none: first beside their places, then moved there; what was there comes back on failure. */
export async function apply(root: string, files: readonly Written[]): Promise<void> {
  const suffix = `.sistership-${randomUUID()}`;
  const placed: { path: string; before: Buffer | undefined }[] = [];
  const made: string[] = [];
  let at = "";
  try {
    at = files[0]?.path ?? "";
    if (files.length > 0) await access(root, constants.W_OK);
    for (const { path, text } of files) {
      at = path;
      const first = await mkdir(dirname(join(root, path)), { recursive: true });
      if (first !== undefined) made.push(first);
      await writeFile(join(root, path + suffix), text);
    }
    for (const { path } of files) {
      at = path;
      const before = await readIfThere(join(root, path));
      await rename(join(root, path + suffix), join(root, path));
      placed.push({ path, before });
    }
  } catch (thrown) {
    for (const { path, before } of placed.reverse()) {
      if (before === undefined) await rm(join(root, path), { force: true });
      else await writeFile(join(root, path), before);
    }
    for (const { path } of files) await rm(join(root, path + suffix), { force: true });
    for (const folder of made.reverse()) await rm(folder, { recursive: true, force: true });
    throw fault("not-written", [at, reason(thrown)], { cause: thrown });
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
    throw thrown;
  }
}

function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
