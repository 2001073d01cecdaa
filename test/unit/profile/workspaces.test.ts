import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { detect, parseProfile, writeProfile } from "../../../src/engine/profile/index.ts";
import { type Files, withTree } from "./tree.ts";

const turbo: Files = {
  "package.json": {
    private: true,
    packageManager: "pnpm@9.0.0",
    scripts: { build: "turbo build", dev: "turbo dev" },
    devDependencies: { turbo: "2" },
  },
  "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - packages/*\n",
  "pnpm-lock.yaml": "",
  "apps/web/package.json": {
    name: "web",
    scripts: { build: "next build", start: "next start" },
    dependencies: { next: "15", "@acme/ui": "workspace:*" },
  },
  "apps/docs/package.json": {
    name: "docs",
    scripts: { build: "next build", start: "next start -p 3001" },
    dependencies: { next: "15" },
  },
  "apps/api/package.json": {
    name: "api",
    scripts: { build: "tsc", start: "node dist/index.js" },
    dependencies: { express: "4", pg: "8" },
    devDependencies: { typescript: "5" },
  },
  "apps/api/tsconfig.json": { compilerOptions: { outDir: "dist" } },
  "apps/api/src/index.ts": "app.listen(4000);\n",
  "packages/ui/package.json": {
    name: "@acme/ui",
    main: "index.ts",
    exports: "./index.ts",
    peerDependencies: { react: "19" },
  },
  "packages/ui/index.ts": "export {};\n",
};

const plain: Files = {
  "backend/requirements.txt": "fastapi\nuvicorn\npsycopg2-binary\n",
  "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
  "backend/alembic.ini": "",
  "frontend/package.json": { scripts: { dev: "vite", build: "vite build" }, devDependencies: { vite: "6" } },
  "frontend/index.html": "<html></html>",
  "frontend/package-lock.json": "{}",
  "docs/package.json": { scripts: { build: "docusaurus build" }, dependencies: { "@docusaurus/core": "3" } },
};

const cases: {
  what: string;
  files: Files;
  processes: Record<string, string>;
  runtime: string;
  services?: string[];
}[] = [
  {
    what: "a workspace of Turborepo",
    files: turbo,
    processes: { api: "apps/api", docs: "apps/docs", web: "apps/web" },
    runtime: "node@24",
    services: ["db"],
  },
  {
    what: "two plain folders, the site of the documentation aside",
    files: plain,
    processes: { backend: "backend", frontend: "frontend" },
    runtime: "python@3.13",
    services: ["db"],
  },
  {
    what: "services named by a compose file",
    files: {
      "docker-compose.yml":
        "services:\n  vote:\n    build: ./vote\n    ports: ['8080:80']\n  worker:\n    build:\n      context: ./worker\n  redis:\n    image: redis:alpine\n  db:\n    image: postgres:15-alpine\n",
      "vote/Dockerfile":
        'FROM python:3.11-slim\nEXPOSE 80\nCMD ["gunicorn", "app:app", "-b", "0.0.0.0:80"]\n',
      "vote/requirements.txt": "Flask\nRedis\ngunicorn\n",
      "vote/app.py": "from flask import Flask\napp = Flask(__name__)\n",
      "worker/package.json": {
        main: "index.js",
        scripts: { start: "node index.js" },
        dependencies: { pg: "8", redis: "4" },
      },
      "worker/index.js": "setInterval(() => {}, 1000);\n",
    },
    processes: { vote: "vote", worker: "worker" },
    runtime: "python@3.11",
    services: ["db", "redis"],
  },
  {
    what: "a front end that the server serves itself is no application",
    files: {
      "go.mod": "module example.org/shop\n\ngo 1.26\n",
      "main.go":
        'package main\nimport "net/http"\n//go:embed frontend/dist\nvar files embed.FS\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
      "frontend/package.json": { scripts: { build: "vite build" }, devDependencies: { vite: "6" } },
      "frontend/index.html": "",
    },
    processes: { web: "" },
    runtime: "go@1.26",
  },
  {
    what: "one application in a folder",
    files: {
      "README.md": "x",
      "server/package.json": { scripts: { start: "node index.js" }, dependencies: { koa: "2" } },
      "server/index.js": "app.listen(3000);\n",
    },
    processes: { web: "server" },
    runtime: "node@24",
  },
];

describe("repositories of several parts", () => {
  for (const wanted of cases) {
    test(wanted.what, () =>
      withTree(wanted.files, async (dir) => {
        const { profile, apps } = await detect(dir);
        const folders = Object.fromEntries(
          Object.entries(profile.processes ?? {}).map(([name, one]) => [name, one.dir ?? ""]),
        );
        assert.deepEqual(folders, wanted.processes);
        assert.equal(apps.length, Object.keys(wanted.processes).length);
        assert.equal(profile.runtime, wanted.runtime);
        if (wanted.services !== undefined)
          assert.deepEqual(Object.keys(profile.services ?? {}), wanted.services);
        const parsed = parseProfile(writeProfile(profile));
        assert.ok(parsed.ok, JSON.stringify(parsed.problems));
      }),
    );
  }

  test("members of a workspace are built from its root, others from their folder", async () => {
    await withTree(turbo, async (dir) => {
      const parsed = parseProfile(writeProfile((await detect(dir)).profile));
      assert.ok(parsed.ok);
      assert.equal(parsed.profile.images.web?.context, ".");
      assert.deepEqual(parsed.profile.images.web?.install, ["pnpm install --frozen-lockfile"]);
      assert.deepEqual(parsed.profile.images.web?.run, ["pnpm --filter ./apps/web... run build"]);
      assert.equal(parsed.profile.processes.web?.dir, "apps/web");
    });
    await withTree(plain, async (dir) => {
      const parsed = parseProfile(writeProfile((await detect(dir)).profile));
      assert.ok(parsed.ok);
      assert.equal(parsed.profile.images.backend?.context, "backend");
      assert.equal(parsed.profile.processes.frontend?.dir, ".");
      assert.deepEqual(parsed.profile.processes.frontend?.serve, { folder: "dist", fallback: "index.html" });
    });
  });

  test("two lock files that disagree are a question with a default", () =>
    withTree(
      {
        "package.json": { scripts: { start: "node a.js" }, dependencies: { express: "4" } },
        "a.js": "app.listen(3000)",
        "yarn.lock": "# v1",
        "package-lock.json": "{}",
      },
      async (dir) => {
        const { questions } = await detect(dir);
        assert.equal(questions.length, 1);
        assert.deepEqual(questions[0]?.options, ["yarn install --frozen-lockfile", "npm ci"]);
        assert.equal(questions[0]?.default, "yarn install --frozen-lockfile");
      },
    ));
});
