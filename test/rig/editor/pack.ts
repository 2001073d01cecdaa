import { cpSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";

const root = join(import.meta.dirname, "../../..");
const sources = [
  "package*.json",
  "esbuild.mjs",
  ".vscodeignore",
  "*.md",
  "{src,webview,templates,media}/**/*.*",
];

/** The packed extension as a user gets it, made from the tree as it is; made again only where the tree changed. */
export async function packExtension(signal?: AbortSignal): Promise<string> {
  const files = sources.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  const key = contentKey(...files.flatMap((file) => [file, readFileSync(join(root, file), "base64")]));
  const vsix = join(cacheDir("editor", "vsix", contentKey(root)), "sistership.vsix");
  await once(`vsix-${contentKey(root)}`, key, async () => {
    const options = signal ? { signal } : {};
    await run({ program: "npm", args: ["run", "--silent", "package"], cwd: root }, options);
    cpSync(join(root, "dist/sistership.vsix"), vsix);
  });
  return vsix;
}
