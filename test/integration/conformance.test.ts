// What the tools that read the generated files say of them, for every language: the official schemas, the reference
// implementation of dev containers, Compose, BuildKit's own parser, and a linter of Dockerfiles.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parse as parseYaml } from "yaml";
import { apply, blueprint, compose } from "../../src/engine/blueprint/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { resolve } from "../../src/engine/profile/index.ts";
import { languages, serviceKindNames } from "../../src/engine/profile/kinds.ts";
import type { ProfileFile } from "../../src/engine/profile/schema.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { composeSchema, devcontainerSchema, devcontainerSchemaAddress, hadolint } from "../rig/yardsticks.ts";

const installs: Record<string, string[]> = {
  node: [
    "npm ci",
    "pnpm install --frozen-lockfile",
    "yarn install --immutable",
    "bun install --frozen-lockfile",
  ],
  deno: ["deno install"],
  python: [
    "pip install -r requirements.txt",
    "pip install .",
    "uv sync --locked --no-dev",
    "poetry install --only main",
    "pdm install --prod",
    "pipenv install --deploy",
  ],
  php: ["composer install --no-dev"],
  go: ["go mod download"],
  ruby: ["bundle install"],
  java: ["mvn dependency:go-offline", "./gradlew dependencies"],
  rust: ["cargo fetch"],
  dotnet: ["dotnet restore"],
  elixir: ["mix deps.get --only prod"],
  static: [],
};

const profiles: readonly [string, ProfileFile][] = languages.flatMap((language) =>
  (installs[language]?.length ? installs[language] : [""]).map((install): [string, ProfileFile] => [
    `${language}${install && `, ${install}`}`,
    {
      name: "shop",
      runtime: language,
      build: {
        ...(install ? { install, run: ["make build", "echo \"$HOME\" > 'a b'"] } : {}),
        packages: ["libpq5"],
        ...(language === "php"
          ? { extensions: ["gd", "intl", "redis", "pdo_mysql"] }
          : { tools: ["node@24"] }),
        env: { PUBLIC_URL: 'https://shop.example/$x?a="b"' },
      },
      processes: {
        web: {
          ...(language === "static" || language === "php"
            ? { serve: "public", fallback: "index.html" }
            : { run: "./bin/web $PORT" }),
          ...(language === "php" ? { run: "apache2-foreground" } : {}),
          port: 8080,
          health: "/healthz?a=b",
          volumes: { uploads: "/app/uploads" },
        },
        worker: { run: "./bin/worker", health: { run: "test -f /tmp/alive" } },
        nightly: { run: "./bin/nightly", schedule: "@daily" },
      },
      release: "./bin/migrate",
      services: Object.fromEntries(serviceKindNames.map((kind) => [kind, kind])),
      env: { TOKEN: { secret: true }, PRICE: "5 $ or ${HOME}" },
      dev: { seed: "./bin/seed", test: "./bin/test" },
    },
  ]),
);

/** What the linter asks for and we do otherwise, and why. */
const otherwise = {
  DL3008: "Debian takes old versions of packages away: a pinned one is a build that fails one day",
  DL3002: "the stages in which things are installed are root's; what is released runs as app",
  DL4006: "the shell of Debian's images knows no pipefail",
  DL3042: "pip's cache is a mount of the build: nothing of it comes into the image",
};

let rig: Engine;
let linter: string;
let composeFile: ValidateFunction;
let devcontainerFile: ValidateFunction | undefined;
before(async () => {
  rig = await engine();
  linter = await hadolint();
  const options = { strict: false, validateFormats: false };
  composeFile = new Ajv(options).compile(await composeSchema());
  const schema = await devcontainerSchema();
  devcontainerFile = schema && new Ajv2019(options).compile(schema);
});

test("every devcontainer.json follows the official schema", (t) => {
  const valid = devcontainerFile;
  if (valid === undefined) return t.skip(`${devcontainerSchemaAddress} is not reached`);
  for (const [title, file] of profiles) {
    const made = blueprint(resolve(file)).find(({ path }) => path.endsWith("devcontainer.json"));
    assert.ok(made, title);
    const devcontainer: unknown = JSON.parse(made.text.replaceAll(/^\s*\/\/.*$/gm, ""));
    assert.ok(valid(devcontainer), `${title}: ${JSON.stringify(valid.errors)}`);
  }
});

for (const [title, file] of profiles) {
  describe(title, () => {
    test("its files are read by every tool without a complaint", async (_t) => {
      await using stack = new AsyncDisposableStack();
      const root = await mkdtemp(join(tmpdir(), "sistership-conformance-"));
      stack.defer(() => rm(root, { recursive: true, force: true }));
      const profile = resolve(file);
      await apply(root, [
        ...blueprint(profile),
        { path: ".sistership/release.yaml", text: compose(profile, "release") },
      ]);
      const docker = (args: readonly string[], input = "") =>
        run({ program: "docker", args, env: rig.env, input }, { timeoutMs: 60_000 });
      for (const name of ["compose.yaml", "release.yaml"]) {
        const path = join(root, ".sistership", name);
        const said = await docker([
          "compose",
          "--file",
          path,
          "--profile",
          "*",
          "config",
          "--format",
          "json",
        ]);
        assert.equal(said.stderr, "", name);
        assert.ok(composeFile(parseYaml(await readFile(path, "utf8"))), JSON.stringify(composeFile.errors));
        const { services } = JSON.parse(said.stdout);
        // Compose writes a dollar that is meant twice
        assert.equal(services.web.environment.PRICE, "5 $$ or $${HOME}");
        assert.equal(services.web.environment.TOKEN, undefined);
        assert.equal(services.web.ports[0].host_ip, "127.0.0.1");
        for (const [service, { condition }] of Object.entries<{ condition: string }>(
          services.web.depends_on,
        )) {
          if (condition === "service_healthy") assert.ok(services[service].healthcheck, service);
        }
      }
      const said = await run(
        {
          program: "devcontainer",
          args: ["read-configuration", "--workspace-folder", root],
          env: {
            ...rig.env,
            PATH: `${join(import.meta.dirname, "../../node_modules/.bin")}:${rig.env.PATH ?? process.env.PATH}`,
          },
        },
        { timeoutMs: 60_000 },
      );
      const { workspace, configuration: read } = JSON.parse(said.stdout);
      assert.equal(read.service, "workspace");
      assert.equal(workspace.workspaceFolder, "/app");
      const ignored = Object.keys(otherwise).flatMap((rule) => ["--ignore", rule]);
      await run({
        program: linter,
        args: [
          "--no-color",
          "--failure-threshold",
          "warning",
          ...ignored,
          join(root, ".sistership/Dockerfile"),
        ],
      });
      // BuildKit parses every stage; that nothing stands on the last one spares the base images of all languages
      const dockerfile = await readFile(join(root, ".sistership/Dockerfile"), "utf8");
      await docker(
        ["buildx", "build", "--target", "parsed", "--output", "type=cacheonly", "--file", "-", root],
        `${dockerfile}\nFROM scratch AS parsed\nLABEL parsed=yes\n`,
      );
    });
  });
}
