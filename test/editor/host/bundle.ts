import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../../..");

/** The suite as one CommonJS file inside the tree, where the host finds Mocha among the packages. */
export async function bundleSuite(): Promise<string> {
  const outfile = join(root, "dist/test/host.js");
  await build({
    entryPoints: [join(root, "test/editor/host/index.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode", "mocha"],
    logLevel: "error",
  });
  return outfile;
}
