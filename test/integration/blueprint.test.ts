// Each sample application from its profile: generated, built, started and answering, in development and as released.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { stringify } from "yaml";
import { apply, askedFor, blueprint, compose } from "../../src/engine/blueprint/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { detect, resolve } from "../../src/engine/profile/index.ts";
import { type ProfileFile, schema } from "../../src/engine/profile/schema.ts";
import { apps } from "../rig/apps.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { rigLabels } from "../rig/docker/labels.ts";
import { image } from "../rig/images/image.ts";

interface Sample {
  name: string;
  /** Where the rig has no image of what was detected, the nearest that it has. */
  instead?: (profile: ProfileFile) => ProfileFile;
  images: readonly string[];
  /** What comes before the command that fills its database. */
  migrate?: string;
  /** What the release shows before it was migrated, where it is asked elsewhere than at its health path. */
  shows?: readonly [path: string, answer: RegExp];
  /** A line of source that is changed, and its file. */
  change: { file: string; from: string; to: string };
}

const samples: readonly Sample[] = [
  {
    name: "fastapi-notes",
    images: ["python:3.13-slim"],
    change: { file: "app/main.py", from: "import", to: "# changed\nimport" },
  },
  {
    name: "express-tasks",
    images: ["node:22-bookworm-slim"],
    change: { file: "src/server.js", from: "", to: "// changed\n" },
  },
  {
    name: "php-guestbook",
    images: ["php:8.2-apache", "composer:2"],
    instead: (profile) => ({
      ...profile,
      runtime: "php@8.2",
      services: { db: "mariadb@11.8" },
      release: "php bin/migrate",
    }),
    change: { file: "src/Guestbook.php", from: "<?php", to: "<?php\n// changed" },
  },
  {
    name: "wordpress-site",
    images: ["php:8.2-apache", "wordpress:php8.2-apache"],
    instead: (profile) => ({ ...profile, runtime: "php@8.2", services: { db: "mariadb@11.8" } }),
    migrate: "cd /var/www/wordpress",
    shows: ["/", /action="install.php|<title>WordPress &rsaquo; Installation/],
    change: { file: "wp-content/themes/harbour/index.php", from: "<h1>", to: "<!-- changed --><h1>" },
  },
  {
    name: "go-links",
    images: ["debian:bookworm-slim", "golang:1.24"],
    change: { file: "main.go", from: "", to: "// changed: the lines that a stack trace names\n\n" },
  },
  {
    name: "static-site",
    images: ["caddy:2"],
    change: { file: "menu.html", from: "<", to: "<!-- changed --><" },
  },
  {
    name: "django-polls",
    images: ["python:3.13-slim"],
    change: { file: "polls/views.py", from: "", to: "# changed\n" },
  },
  {
    name: "sinatra-blog",
    images: ["ruby:3.3-slim"],
    // the rig's image brings the gems: no gem server is needed
    instead: (profile) => ({
      ...profile,
      runtime: "ruby@3.3",
      build: { ...profile.build, install: "bundle install --local" },
    }),
    change: { file: "app.rb", from: "", to: "# changed\n" },
  },
  {
    name: "pnpm-shop",
    images: ["node:24-bookworm-slim", "caddy:2"],
    instead: (profile) => ({ ...profile, env: { ...profile.env, HOST: "0.0.0.0" } }),
    change: { file: "apps/api/src/app.js", from: "", to: "// changed\n" },
  },
  {
    name: "next-board",
    images: ["node:24-bookworm-slim"],
    change: { file: "app/page.jsx", from: "Board", to: "Board, changed" },
  },
];

let rig: Engine;
before(async () => {
  rig = await engine();
});

for (const sample of samples) {
  describe(sample.name, () => {
    test("is generated, built, started and answers, here and as released", { timeout: 900_000 }, async () => {
      await using stack = new AsyncDisposableStack();
      const app = apps.find(({ name }) => name === sample.name);
      assert.ok(app);
      const root = await mkdtemp(join(tmpdir(), "sistership blueprint-"));
      stack.defer(() => rm(root, { recursive: true, force: true }));
      await chmod(root, 0o755); // a project's folder, not a temporary one: root's Apache gives up its rights
      await cp(join(import.meta.dirname, "../apps", sample.name), root, {
        recursive: true,
        filter: (path) => !/(^|\/)(node_modules|vendor)$/.test(path),
      });

      const { profile: found } = await detect(root);
      const file = schema.parse(sample.instead?.(schema.parse(found)) ?? found);
      const profile = resolve({ ...file, name: `${sample.name}-${randomUUID().slice(0, 4)}` });
      const main = profile.processes[profile.main];
      assert.ok(main?.port);
      const files = blueprint(profile).filter(({ when }) => when !== "offered");
      await apply(root, [...files, { path: ".sistership/release.yaml", text: compose(profile, "release") }]);
      await writeFile(
        join(root, ".env"),
        askedFor(profile)
          .map((name) => `${name}=for-this-test\n`)
          .join(""),
      );
      for (const name of [...sample.images, ...Object.values(profile.services).map((one) => one.image)])
        await image(name, { engine: rig });

      const dev = stackOf(root, "compose.yaml", [
        ...Object.keys(profile.processes),
        ...Object.keys(profile.services),
      ]);
      const release = stackOf(root, "release.yaml", [
        ...Object.keys(profile.processes),
        ...Object.keys(profile.services),
      ]);
      const refs = Object.keys(profile.images).flatMap((name) => [
        `sistership-${profile.name}-${name}:dev`,
        `sistership-${profile.name}-${name}:release`,
      ]);
      stack.defer(async () => void (await docker(["rmi", "--force", ...refs], { accept: [0, 1] })));

      // development
      await dev.write();
      stack.defer(dev.down);
      await dev(["up", "--detach", "--build", "--wait", "--wait-timeout", "240"]);
      if (profile.release) await dev(["run", "--rm", "release"]);
      if (profile.dev.seed[profile.main]) await dev(["run", "--rm", "seed"]);
      const path = main.health?.check.kind === "http" ? main.health.check.path : "/";
      assert.equal((await fetch(await dev.url(main.name, main.port, path))).status, 200);
      // its Rakefile's rake is no part of its release: it migrates by hand
      if (!profile.release && app.migrate)
        await dev(["exec", "-T", "workspace", "sh", "-c", `${sample.migrate ?? ":"} && ${app.migrate}`]);
      await dev(["exec", "-T", "workspace", "sh", "-c", app.test]);
      if (sample.migrate)
        for (const [at, shows] of Object.entries(app.answers))
          assert.match(await (await fetch(await dev.url(main.name, main.port, at))).text(), shows);
      await dev.down();

      // the release, from the same base
      await release.write();
      stack.defer(release.down);
      await release(["up", "--detach", "--build", "--wait", "--wait-timeout", "120"]);
      if (profile.release) await release(["run", "--rm", "release"]);
      const shown =
        sample.shows ??
        Object.entries(app.answers).find(([one]) => profile.release || !app.migrate || one === path);
      assert.ok(shown);
      const page = await fetch(await release.url(main.name, main.port, shown[0]));
      assert.match(await page.text(), shown[1]);
      assert.equal(page.status, 200);
      assert.notEqual((await release(["exec", "-T", main.name, "id", "-u"])).stdout.trim(), "0");
      const id = (await release(["ps", "--quiet", main.name])).stdout.trim();
      await release(["stop", main.name]);
      const ended = (await docker(["inspect", "--format", "{{.State.ExitCode}}", id])).stdout.trim();
      assert.notEqual(ended, "137", "it was killed: SIGTERM did not reach it");

      // one line of the source
      const reference = `sistership-${profile.name}-${main.image}:release`;
      const first = await layers(reference);
      const changed = join(root, sample.change.file);
      const text = await readFile(changed, "utf8");
      assert.ok(text.includes(sample.change.from));
      await writeFile(changed, text.replace(sample.change.from, sample.change.to));
      await release(["build", main.name]);
      const second = await layers(reference);
      assert.equal(second.length, first.length);
      const anew = second.filter((layer, at) => layer !== first[at]);
      assert.equal(anew.length, 1, "only the layer of the application is new");
    });
  });
}

const docker = (
  args: readonly string[],
  options: { accept?: readonly number[]; env?: Record<string, string> } = {},
) =>
  run(
    { program: "docker", args, env: { ...rig.env, ...options.env } },
    { timeoutMs: 600_000, accept: options.accept ?? [0] },
  );

async function layers(reference: string): Promise<string[]> {
  const { stdout } = await docker(["inspect", "--format", "{{json .RootFS.Layers}}", reference]);
  return JSON.parse(stdout);
}

/** A compose project of the generated file, labelled as everything of the tests is. */
function stackOf(root: string, file: string, names: readonly string[]) {
  const env = {
    SISTERSHIP_UID: String(process.getuid?.() ?? 1000),
    SISTERSHIP_GID: String(process.getgid?.() ?? 1000),
    // 0: any port that is free
    ...Object.fromEntries(
      names.map((name) => [`SISTERSHIP_PORT_${name.toUpperCase().replaceAll("-", "_")}`, "0"]),
    ),
  };
  const labels = rigLabels();
  const path = join(root, ".sistership", file);
  const invoke = (args: readonly string[]) =>
    docker(["compose", "--file", path, "--file", `${path}.labels.yaml`, ...args], { env });
  return Object.assign(invoke, {
    write: async () => {
      const { stdout } = await docker(
        ["compose", "--file", path, "--profile", "*", "config", "--format", "json"],
        { env },
      );
      const { services, volumes = {} } = JSON.parse(stdout);
      const labelled = (named: object) =>
        Object.fromEntries(Object.keys(named).map((name) => [name, { labels }]));
      const networks = { default: { labels } };
      await writeFile(
        `${path}.labels.yaml`,
        stringify({ services: labelled(services), volumes: labelled(volumes), networks }),
      );
    },
    url: async (service: string, port: number, at: string) =>
      `http://${(await invoke(["port", service, String(port)])).stdout.trim()}${at}`,
    down: async () =>
      void (await invoke(["--profile", "*", "down", "--volumes", "--timeout", "5", "--remove-orphans"])),
  });
}
