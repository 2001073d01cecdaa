import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files of a small repository: path → text, or data that is written as JSON. */
export type Files = Readonly<Record<string, string | object>>;

/** Writes the files, hands over the folder, and takes it away again. */
export async function withTree<T>(files: Files, use: (dir: string) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), "sistership-tree-"));
  const dir = join(parent, "shop");
  mkdirSync(dir);
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(
        join(dir, path),
        typeof content === "string" ? content : JSON.stringify(content, null, 2),
      );
    }
    return await use(dir);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
