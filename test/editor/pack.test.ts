// What users download: small, and nothing in it that only we need.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { before, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { packExtension } from "../rig/editor/pack.ts";

let vsix: string;
let names: string[];
before(async () => {
  vsix = await packExtension();
  // Python is there wherever the rig's editor was built, and reads zip files
  const { stdout } = await run({ program: "python3", args: ["-m", "zipfile", "--list", vsix] });
  names = stdout
    .split("\n")
    .slice(1)
    .flatMap((line) => /^(\S+)/.exec(line)?.[1] ?? []);
});

test("the package is at most 1.5 MB", () => {
  const size = statSync(vsix).size;
  assert.ok(size <= 1.5 * 1024 * 1024, `${size} bytes`);
});

test("the package holds what runs, and no source, test or map", () => {
  for (const needed of [
    "extension/dist/extension.js",
    "extension/dist/cli.js",
    "extension/dist/profile.schema.json",
    "extension/dist/servers.schema.json",
    "extension/package.nls.json",
  ]) {
    assert.ok(names.includes(needed), needed);
  }
  assert.deepEqual(
    names.filter((name) => /\.(ts|map|mts)$|\/(src|test|node_modules)\/|\.env/.test(name)),
    [],
  );
});

test("the packed CLI runs by itself", async () => {
  const cli = await run({
    program: "python3",
    args: [
      "-c",
      "import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read('extension/dist/cli.js').decode())",
      vsix,
    ],
  });
  const { stdout } = await run({ program: "node", args: ["-", "--version"], input: cli.stdout });
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
