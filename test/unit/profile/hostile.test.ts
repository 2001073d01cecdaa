import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isCancelled } from "../../../src/engine/process/index.ts";
import { detect, parseProfile, writeProfile } from "../../../src/engine/profile/index.ts";
import { withTree } from "./tree.ts";

const app = {
  "package.json": { scripts: { start: "node a.js" }, dependencies: { express: "4" } },
  "a.js": "app.listen(3000);\n",
};

describe("trees that nobody would like to be given", () => {
  test("an empty folder is nothing, said so and not thrown", () =>
    withTree({}, async (dir) => {
      assert.deepEqual(await detect(dir), {
        profile: {},
        evidence: [],
        questions: [],
        confidence: "none",
        apps: [],
      });
    }));

  test("a folder that does not exist is nothing", () =>
    withTree({}, async (dir) => {
      assert.equal((await detect(join(dir, "missing"))).confidence, "none");
    }));

  test("links that loop, lead outside or nowhere", () =>
    withTree(app, async (dir) => {
      mkdirSync(join(dir, "src"));
      symlinkSync("..", join(dir, "src", "loop"));
      symlinkSync("/etc", join(dir, "outside"));
      symlinkSync("/etc/passwd", join(dir, "Procfile"));
      symlinkSync("nowhere", join(dir, "Dockerfile"));
      symlinkSync("self", join(dir, "self"));
      const { profile } = await detect(dir);
      assert.deepEqual(profile.processes, { web: { run: "node a.js", port: 3000 } });
    }));

  test("files that are huge, binary, not UTF-8 or not to be read", () =>
    withTree(app, async (dir) => {
      writeFileSync(join(dir, "composer.json"), "{");
      truncateSync(join(dir, "composer.json"), 50 * 1024 * 1024);
      writeFileSync(join(dir, "requirements.txt"), Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28]));
      writeFileSync(join(dir, "pyproject.toml"), Buffer.from("a = \xc3\x28\n[[[", "latin1"));
      writeFileSync(join(dir, "Gemfile"), "gem 'rails'\n");
      chmodSync(join(dir, "Gemfile"), 0o000);
      mkdirSync(join(dir, "closed"));
      chmodSync(join(dir, "closed"), 0o000);
      const { profile } = await detect(dir);
      assert.equal(profile.framework, process.getuid?.() === 0 ? profile.framework : "express");
      assert.ok(profile.runtime !== undefined);
    }));

  test("names with line breaks, quotes and what shells would run", () =>
    withTree(app, async (dir) => {
      for (const name of [
        "a\nb.py",
        "$(touch x).js",
        "'; rm -rf .go",
        '"quoted".rb',
        "-rf",
        "ünïcödé.ts",
        " ",
      ]) {
        writeFileSync(join(dir, name), "x");
      }
      mkdirSync(join(dir, "we\nird"));
      writeFileSync(join(dir, "we\nird", "package.json"), "{}");
      const { profile, evidence } = await detect(dir);
      assert.equal(profile.framework, "express");
      assert.ok(evidence.every(({ file }) => !file.includes("\n")));
    }));

  test("a YAML bomb in a compose file is left alone", () =>
    withTree(
      {
        ...app,
        "compose.yaml": `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
          .split("")
          .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(",")}]`)
          .join("\n")}\nservices: *i\n`,
      },
      async (dir) => {
        const started = performance.now();
        assert.equal((await detect(dir)).profile.framework, "express");
        assert.ok(performance.now() - started < 2_000);
      },
    ));

  test("the values of a real .env are nowhere", () =>
    withTree(
      {
        ...app,
        ".env": "STRIPE_SECRET_KEY=sk_live_sesame\n",
        ".env.production": "A=sesame\n",
        ".env.example": "STRIPE_SECRET_KEY=sk_test_sesame\nPORT=1\n",
      },
      async (dir) => {
        const found = await detect(dir);
        assert.deepEqual(found.profile.env, { STRIPE_SECRET_KEY: { secret: true } });
        assert.doesNotMatch(JSON.stringify(found), /sesame/);
      },
    ));

  test("vendored and ignored folders are not looked into", () =>
    withTree(
      {
        ...app,
        ".gitignore": "generated/\n/build\n",
        "node_modules/x/package.json": { dependencies: { next: "1" } },
        "generated/package.json": { scripts: { start: "next start" }, dependencies: { next: "1" } },
        "build/package.json": { scripts: { start: "next start" }, dependencies: { next: "1" } },
        ".venv/lib/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "vendor/app/go.mod": "module x\n",
      },
      async (dir) => {
        assert.deepEqual(
          (await detect(dir)).apps.map(({ dir }) => dir),
          ["."],
        );
      },
    ));

  test("code on which patterns could run for ever takes no longer than other code", () =>
    withTree(
      {
        "package.json": { scripts: { start: "node a.js" }, dependencies: { express: "4" } },
        "requirements.txt": "fastapi\n",
        "a.js": "{\n".repeat(100_000),
        "b.js": ".listen({\n".repeat(20_000),
        "c.js": " ".repeat(250_000),
        "d.py": "def a(\n".repeat(30_000),
        "e.py": "def a():\n    x = 1\n".repeat(10_000),
        "server.js": "process.env.PORT\n".repeat(15_000),
        "f.py": "\n\n\n".repeat(80_000),
        "main.py": "from fastapi import (\n".repeat(10_000),
        "pom.xml": "<a ".repeat(80_000),
        Dockerfile: "RUN a \\\n".repeat(30_000),
      },
      async (dir) => {
        const started = performance.now();
        await detect(dir);
        assert.ok(performance.now() - started < 4_000, `${performance.now() - started} ms`);
      },
    ));

  test("a cancelled look ends with that", () =>
    withTree(app, async (dir) => {
      await assert.rejects(detect(dir, { signal: AbortSignal.abort() }), isCancelled);
    }));

  test("whatever the manifests hold, nothing is thrown", async () => {
    const name = fc.constantFrom(
      "package.json",
      "requirements.txt",
      "pyproject.toml",
      "composer.json",
      "Gemfile",
      "go.mod",
      "pom.xml",
      "build.gradle",
      "Cargo.toml",
      "mix.exs",
      "deno.json",
      "Dockerfile",
      "compose.yaml",
      "Procfile",
      ".env.example",
      "app.csproj",
      "main.py",
      "index.js",
      "main.go",
      "src/main.rs",
      "fly.toml",
      "render.yaml",
      ".tool-versions",
      ".nvmrc",
      "tsconfig.json",
      "angular.json",
      "turbo.json",
      ".gitignore",
      "app.json",
      ".devcontainer/devcontainer.json",
    );
    const json = fc.json({ maxDepth: 3 });
    const manifest = fc
      .record(
        {
          name: fc.anything(),
          scripts: fc.anything(),
          dependencies: fc.anything(),
          workspaces: fc.anything(),
          engines: fc.anything(),
          packageManager: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((data) => JSON.stringify(data) ?? "");
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      json,
      manifest,
      fc.constantFrom(
        "[project]\ndependencies = 3",
        "services: 3",
        "services:\n  a: 3\n  b: { build: 7, ports: x }",
        "FROM\nCMD [",
        "web:",
        "from fastapi import FastAPI\napp = FastAPI()",
        "func main() {}",
        "<project><dependencies>",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, text, { maxKeys: 8 }), (files) =>
        withTree(files, async (dir) => {
          const found = await detect(dir);
          assert.equal(found.profile.runtime === undefined, found.confidence === "none");
          if (found.confidence === "none") return;
          const parsed = parseProfile(writeProfile(found.profile));
          assert.ok(parsed.ok, JSON.stringify(parsed.problems));
        }),
      ),
      { numRuns: 300 },
    );
  });
});
