import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { detect } from "../../../src/engine/profile/index.ts";
import { type Files, withTree } from "./tree.ts";

const flask: Files = {
  "requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n",
  "app.py": "from flask import Flask\napp = Flask(__name__)\n",
};

function webOf(files: Files) {
  return withTree(files, async (dir) => {
    const { profile, apps } = await detect(dir);
    return { web: profile.processes?.web, runtime: profile.runtime, apps };
  });
}

describe("what a Dockerfile says", () => {
  test("a stage hands its command on to the stages that build on it", async () => {
    const { web } = await webOf({
      ...flask,
      Dockerfile:
        'FROM python:3.12-slim AS builder\nENTRYPOINT ["python3"]\nCMD ["app.py"]\nFROM builder AS dev-envs\nRUN true\n',
    });
    assert.equal(web?.run, "python3 app.py");
  });

  test("its base goes before a range that newer releases fit, too", async () => {
    const { runtime } = await webOf({
      ...flask,
      "pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.10"\n',
      Dockerfile: 'FROM python:3.12-slim\nCMD ["gunicorn", "app:app"]\n',
    });
    assert.equal(runtime, "python@3.12");
  });

  test("a debugger's port is nobody's, and a variable is filled in", async () => {
    const { web } = await webOf({
      "package.json": { name: "a", scripts: { start: "node src/index.js" }, dependencies: { express: "5" } },
      "package-lock.json": "{}",
      "src/index.js": "require('express')().listen(process.env.PORT)\n",
      Dockerfile:
        'FROM node:24\nARG PORT=8088\nENV PORT $PORT\nEXPOSE $PORT 9229 9230\nCMD ["node", "src/index.js"]\n',
    });
    assert.equal(web?.port, 8088);
  });

  test("a front end that it copies in is built by it", async () => {
    const { apps } = await webOf({
      "backend/requirements.txt": "fastapi\nuvicorn\n",
      "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "backend/Dockerfile":
        'FROM node:24 AS front\nCOPY ./frontend /app\nRUN npm run build\nFROM python:3.13\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]\n',
      "compose.yml":
        "services:\n  api:\n    build:\n      context: .\n      dockerfile: backend/Dockerfile\n",
      "frontend/package.json": {
        name: "front",
        scripts: { build: "vite build" },
        devDependencies: { vite: "7" },
      },
      "frontend/index.html": "<div></div>",
    });
    assert.deepEqual(
      apps.map(({ dir }) => dir),
      ["backend"],
    );
  });
});

describe("where it listens", () => {
  test("the file that a Procfile starts says it", async () => {
    const { web } = await webOf({
      Procfile: "web: node web.js\n",
      "package.json": { name: "a", dependencies: { express: "5" } },
      "web.js": "require('express')().listen(process.env.PORT || 5099)\n",
    });
    assert.equal(web?.port, 5099);
  });

  test("gunicorn's configuration says it", async () => {
    const { web } = await webOf({
      ...flask,
      Procfile: "web: gunicorn --config gunicorn.conf.py app:app\n",
      "gunicorn.conf.py": 'import os\nbind = ["[::]:{}".format(os.environ.get("PORT", 5006))]\n',
    });
    assert.equal(web?.port, 5006);
  });
});

test("a workspace's own library brings its services to the application that uses it", async () => {
  const files = (dependencies: object): Files => ({
    "package.json": { private: true, workspaces: ["apps/*", "packages/*"] },
    "package-lock.json": "{}",
    "apps/api/package.json": { name: "api", scripts: { start: "node index.js" }, dependencies },
    "apps/api/index.js": "require('http').createServer().listen(3000)\n",
    "packages/db/package.json": { name: "@a/db", main: "index.js", dependencies: { pg: "8" } },
    "packages/db/index.js": "exports.db = 1\n",
  });
  const services = (dependencies: object) =>
    withTree(files(dependencies), async (dir) => Object.values((await detect(dir)).profile.services ?? {}));
  assert.match(String(await services({ "@a/db": "*" })), /^postgres@/);
  assert.deepEqual(await services({}), []);
});

describe("what DDEV and Lando were told is taken over", () => {
  test("DDEV: versions, docroot, database, add-ons, daemons, packages", async () => {
    const files: Files = {
      "composer.json": { require: { "drupal/core-recommended": "^11" } },
      "docroot/index.php": "<?php echo 1;\n",
      ".ddev/config.yaml": `name: site
type: drupal11
docroot: docroot
php_version: "8.3"
database:
  type: postgres
  version: "16"
webimage_extra_packages: [ghostscript]
web_extra_daemons:
  - name: queue
    command: vendor/bin/drush queue:run mail
    directory: /var/www/html
`,
      ".ddev/docker-compose.redis.yaml": "services:\n  redis:\n    image: ${REDIS_IMAGE:-redis:7.2}-alpine\n",
    };
    await withTree(files, async (dir) => {
      const { profile, evidence, questions } = await detect(dir);
      assert.equal(profile.runtime, "php@8.3");
      assert.equal(profile.processes?.web?.serve, "docroot");
      assert.deepEqual(profile.services, { db: "postgres@16", redis: "redis@7.2" });
      assert.equal(profile.processes?.queue?.run, "vendor/bin/drush queue:run mail");
      assert.ok(profile.build?.packages?.includes("ghostscript"));
      assert.deepEqual(questions, []);
      const why = evidence.find(({ path }) => path === "runtime");
      assert.deepEqual([why?.file, why?.line], [".ddev/config.yaml", 4]);
    });
  });

  test("DDEV starts MariaDB unless it is told otherwise, and none where it is told so", async () => {
    const services = (more: string) =>
      withTree({ "index.php": "<?php\n", ".ddev/config.yaml": `type: php\n${more}` }, async (dir) => {
        const { profile } = await detect(dir);
        return profile.services ?? {};
      });
    assert.match(String(Object.entries(await services(""))), /^db,mariadb@/);
    assert.deepEqual(await services("omit_containers: [db]\n"), {});
  });

  test("Lando: recipe, versions, services under their own names", async () => {
    const files: Files = {
      "wp-content/themes/ours/style.css": "/*\nTheme Name: Ours\n*/\n",
      ".lando.yml": `name: site
recipe: wordpress
config:
  php: '8.2'
  database: mariadb:10.11
services:
  cache:
    type: redis:7
  mail:
    type: mailhog
`,
    };
    await withTree(files, async (dir) => {
      const { profile } = await detect(dir);
      assert.equal(profile.runtime, "php@8.2");
      assert.equal(profile.framework, "wordpress");
      assert.deepEqual(profile.services?.database, "mariadb@10.11");
      assert.deepEqual(profile.services?.cache, "redis@7");
      assert.match(String(profile.services?.mail), /^mailpit@/);
    });
  });
});
