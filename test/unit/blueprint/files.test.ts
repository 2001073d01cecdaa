// The files of a profile: the same bytes everywhere, and files that parse whatever the profile.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse as parseYaml } from "yaml";
import { blueprint, compose } from "../../../src/engine/blueprint/index.ts";
import { resolve } from "../../../src/engine/profile/index.ts";
import { languages, serviceKindNames } from "../../../src/engine/profile/kinds.ts";
import { type ProfileFile, schema } from "../../../src/engine/profile/schema.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}$/);
const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
const command = fc.oneof(
  fc.constantFrom(
    "npm start",
    "uvicorn main:app --port 8000",
    "A=1 node 'a b.js'",
    "cd x && ./run | tee $HOME/l",
  ),
  fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== "" && !text.includes("\0")),
);
const value = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.boolean(),
  fc.constant({ secret: true as const }),
  fc.constant({ required: true as const }),
);
const folder = fc.constantFrom(".", "web", "apps/web", "a b/c");
const process = fc.record(
  {
    run: command,
    serve: folder,
    port: fc.integer({ min: 1, max: 65535 }),
    health: fc.oneof(fc.constant("/healthz"), fc.record({ run: command })),
    dir: folder,
    schedule: fc.constant("@daily"),
    volumes: fc.dictionary(name, fc.constantFrom("/app/data", "/srv/x y"), { maxKeys: 2 }),
    env: fc.dictionary(variable, value, { maxKeys: 3 }),
  },
  { requiredKeys: [] },
);
const profiles = fc
  .record(
    {
      name,
      runtime: fc.constantFrom(...languages, "node@22", "python@3.13", "php@8.4"),
      processes: fc.dictionary(name, process, { minKeys: 1, maxKeys: 4 }),
      services: fc.dictionary(name, fc.constantFrom(...serviceKindNames), { maxKeys: 3 }),
      env: fc.dictionary(variable, value, { maxKeys: 4 }),
      release: command,
      build: fc.record(
        {
          install: fc.constantFrom(
            "npm ci",
            "pnpm install",
            "uv sync --locked",
            "pip install -r requirements.txt",
            "composer install",
          ),
          run: command,
          packages: fc.constant(["libpq5"]),
          extensions: fc.constant(["gd", "redis"]),
          env: fc.dictionary(variable, fc.string({ maxLength: 10 }), { maxKeys: 2 }),
        },
        { requiredKeys: [] },
      ),
      dev: fc.record({ run: command, seed: command, test: command }, { requiredKeys: [] }),
    },
    { requiredKeys: ["name", "processes"] },
  )
  .map((profile): ProfileFile | undefined => schema.safeParse(profile).data)
  .filter((profile) => profile !== undefined);

describe("the files of a profile", () => {
  test("are the same bytes each time", () => {
    fc.assert(
      fc.property(profiles, (file) => {
        assert.deepEqual(blueprint(resolve(file)), blueprint(resolve(structuredClone(file))));
      }),
    );
  });

  test("parse, whatever the profile", () => {
    fc.assert(
      fc.property(profiles, (file) => {
        const profile = resolve(file);
        for (const { path, text } of [
          ...blueprint(profile),
          { path: "compose.yaml", text: compose(profile, "release") },
        ]) {
          if (path.endsWith(".json")) JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ""));
          if (!path.endsWith("compose.yaml")) continue;
          const said = parseYaml(text);
          for (const process of Object.keys(profile.processes)) assert.ok(said.services[process], process);
          for (const service of Object.keys(profile.services)) assert.ok(said.services[service], service);
        }
      }),
    );
  });

  test("hold no value of a secret, and name no machine", () => {
    const profile = resolve({
      name: "shop",
      runtime: "node@24",
      processes: { web: { run: "node server.js", port: 3000 } },
      env: { API_KEY: { secret: true } },
    });
    for (const { text, path } of blueprint(profile)) {
      assert.doesNotMatch(text, /API_KEY/, path);
      assert.doesNotMatch(text, /\/root|\/home\/(?!app)/, path);
    }
  });

  test("have debuggers, and what they may do, for developing alone", () => {
    const debuggers = { python: /debugpy/, php: /xdebug/, go: /go-delve/ };
    for (const [language, own] of Object.entries(debuggers)) {
      const profile = resolve(
        schema.parse({ name: "a", runtime: language, processes: { web: { run: "x" } } }),
      );
      const text = blueprint(profile).find(({ path }) => path.endsWith("Dockerfile"))?.text ?? "";
      const stages = text.split(/^(?=FROM )/m);
      const holding = stages.filter((stage) => own.test(stage)).map((stage) => stage.split("\n")[0]);
      assert.deepEqual(holding, ["FROM tools AS dev"], language);
      assert.doesNotMatch(text, /--from=dev\b/);
      assert.doesNotMatch(compose(profile, "release"), /cap_add/);
    }
  });

  test("are none for a repository's own Dockerfile, which is referred to", () => {
    const files = blueprint(
      resolve({
        name: "shop",
        build: { dockerfile: "docker/Dockerfile", target: "final" },
        processes: { web: { port: 3000 } },
      }),
    );
    assert.deepEqual(
      files.map(({ path }) => path),
      [".devcontainer/devcontainer.json", ".sistership/compose.yaml"],
    );
    const { services } = parseYaml(files[1]?.text ?? "");
    assert.equal(services.web.build.dockerfile, "docker/Dockerfile");
    assert.equal(services.web.build.target, "final");
  });

  test("pin base images by digest where the lock has one", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const files = blueprint(
      resolve({ name: "shop", runtime: "python@3.13", processes: { web: { run: "python main.py" } } }),
      { lock: { "python:3.13-slim": digest } },
    );
    const dockerfile = files.find(({ path }) => path === ".sistership/Dockerfile");
    assert.match(dockerfile?.text ?? "", new RegExp(`^FROM python:3.13-slim@${digest} AS base$`, "m"));
  });
});
