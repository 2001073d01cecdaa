// What the tools that read the generated files say of them, for every language: Compose, and BuildKit's own parser.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { apply, blueprint, compose } from "../../src/engine/blueprint/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { resolve } from "../../src/engine/profile/index.ts";
import { languages, serviceKindNames } from "../../src/engine/profile/kinds.ts";
import type { ProfileFile } from "../../src/engine/profile/schema.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";

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

let rig: Engine;
before(async () => {
  rig = await engine();
});

for (const [title, file] of profiles) {
  describe(title, () => {
    test("its files are read by Compose and BuildKit without a complaint", async () => {
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
      // BuildKit parses every stage; that nothing stands on the last one spares the base images of all languages
      const dockerfile = await readFile(join(root, ".sistership/Dockerfile"), "utf8");
      await docker(
        ["buildx", "build", "--target", "parsed", "--output", "type=cacheonly", "--file", "-", root],
        `${dockerfile}\nFROM scratch AS parsed\nLABEL parsed=yes\n`,
      );
    });
  });
}
