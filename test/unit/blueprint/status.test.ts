// Generated files among a user's own: edits by hand are recognised, and all is written or nothing.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { apply, blueprint, status, writable } from "../../../src/engine/blueprint/index.ts";
import { Fault } from "../../../src/engine/process/index.ts";
import { resolve } from "../../../src/engine/profile/index.ts";

const profile = (run: string) =>
  resolve({ name: "shop", runtime: "node@24", processes: { web: { run, port: 3000, health: "/" } } });
const old = blueprint(profile("node old.js"));
const files = blueprint(profile("node new.js"));
const path = ".sistership/Dockerfile";
const was = old.find((file) => file.path === path)?.text ?? "";
const is = files.find((file) => file.path === path)?.text ?? "";

describe("the state of a file", () => {
  const cases: readonly [string, string | undefined, string][] = [
    ["that is not there", undefined, "absent"],
    ["as it was generated", is, "current"],
    ["with the line ends of Windows", is.replaceAll("\n", "\r\n"), "current"],
    ["generated from an older profile", was, "outdated"],
    [
      "generated from an older profile, with the line ends of Windows",
      was.replaceAll("\n", "\r\n"),
      "outdated",
    ],
    ["that was changed by hand", was.replace("USER app", "USER root"), "edited"],
    ["whose first lines were changed", was.replace("Change sistership.yaml", "Change me"), "edited"],
    ["that was taken over", was.replace(/^# sistership:sha256:.*\n/m, ""), "own"],
    ["that was never generated", "FROM scratch\n", "own"],
  ];
  for (const [what, there, expected] of cases) {
    test(`${what} is ${expected}`, async () => {
      const all = await status(files, async (one) => (one === path ? there : undefined));
      const found = all.find(({ file }) => file.path === path);
      assert.equal(found?.state, expected);
      assert.equal(found?.diff === "", expected === "current");
      assert.equal(
        writable(all).some((file) => file.path === path),
        expected === "absent" || expected === "outdated",
      );
    });
  }

  test("is shown as unified text", async () => {
    const all = await status(files, async (one) => (one === path ? was : undefined));
    const diff = all.find(({ file }) => file.path === path)?.diff ?? "";
    assert.match(diff, /^-CMD \["node","old.js"\]$/m);
    assert.match(diff, /^\+CMD \["node","new.js"\]$/m);
  });
});

describe("writing", () => {
  test("writes all files, with their folders", async () => {
    await using root = await folder();
    await apply(root.path, files);
    for (const file of files) assert.equal(await readFile(join(root.path, file.path), "utf8"), file.text);
    assert.deepEqual((await readdir(join(root.path, ".sistership"))).sort(), ["Dockerfile", "compose.yaml"]);
  });

  test("writes nothing where one file cannot be written, and brings back what was there", async () => {
    await using root = await folder();
    await mkdir(join(root.path, ".sistership/compose.yaml/in the way"), { recursive: true });
    await writeFile(join(root.path, path), was);
    const wanted = files.filter(
      ({ path }) => path.startsWith(".sistership/") || path.startsWith(".devcontainer/"),
    );
    await assert.rejects(
      apply(root.path, wanted),
      (thrown) =>
        thrown instanceof Fault && thrown.code === "not-written" && thrown.says.includes("compose.yaml"),
    );
    assert.equal(await readFile(join(root.path, path), "utf8"), was);
    assert.deepEqual((await readdir(root.path)).sort(), [".sistership"]);
    assert.deepEqual((await readdir(join(root.path, ".sistership"))).sort(), ["Dockerfile", "compose.yaml"]);
  });
});

async function folder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "blueprint-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
