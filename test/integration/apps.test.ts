// Each sample application as its users have it: dependencies installed, its own tests passed, started and answering.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Fault, run } from "../../src/engine/process/index.ts";
import { type App, type AppService, apps } from "../rig/apps.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { labelArgs } from "../rig/docker/labels.ts";
import { image } from "../rig/images/image.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
});

const docker = (args: readonly string[], options: { input?: string; timeoutMs?: number } = {}) =>
  run(
    {
      program: "docker",
      args,
      env: rig.env,
      ...(options.input === undefined ? {} : { input: options.input }),
    },
    { timeoutMs: options.timeoutMs ?? 60_000 },
  );

for (const app of apps) {
  describe(app.name, () => {
    test("installs, passes its own tests, starts and answers", async () => {
      const reference = await buildApp(app);
      await using stack = new AsyncDisposableStack();
      const network = `sistership-app-${randomUUID().slice(0, 8)}`;
      await docker(["network", "create", ...labelArgs(), network]);
      stack.defer(async () => void (await docker(["network", "rm", network])));

      const container = async (args: readonly string[], command: readonly string[], name: string) => {
        await docker([
          "run",
          "--detach",
          "--name",
          name,
          "--network",
          network,
          ...labelArgs(),
          ...args,
          ...command,
        ]);
        stack.defer(async () => void (await docker(["rm", "--force", "--volumes", name])));
      };
      for (const [alias, service] of Object.entries(app.services)) {
        const name = `${network}-${alias}`;
        await image(service.image, { engine: rig });
        await container(["--network-alias", alias, ...env(service.env ?? {})], [service.image], name);
        await ready(name, service);
      }
      const once = (command: string) =>
        docker(
          [
            "run",
            "--rm",
            "--network",
            network,
            ...labelArgs(),
            ...env(app.env),
            reference,
            "sh",
            "-c",
            command,
          ],
          { timeoutMs: 240_000 },
        );
      if (app.migrate) await once(app.migrate);
      await once(app.test);
      const [web, ...others] = app.start;
      for (const [index, command] of others.entries()) {
        await container(env(app.env), [reference, "sh", "-c", `exec ${command}`], `${network}-${index}`);
      }
      const name = `${network}-web`;
      await container(
        ["--publish", `127.0.0.1::${app.port}`, ...env(app.env)],
        [reference, "sh", "-c", `exec ${web}`],
        name,
      );
      const address = (await docker(["port", name, String(app.port)])).stdout.trim().split("\n")[0];
      for (const [path, expected] of Object.entries(app.answers)) {
        assert.match(await answer(`http://${address}${path}`, name), expected, path);
      }
      if (app.background) await seen(`http://${address}`, app.background, name);
    });
  });
}

function env(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
}

/** Builds in layers, so that an unchanged application costs nothing the second time. */
async function buildApp(app: App): Promise<string> {
  for (const name of [app.image, ...(app.images ?? [])]) await image(name, { engine: rig });
  const copies = app.manifests.map(
    (file) => `COPY ${file} ./${dirname(file) === "." ? "" : `${dirname(file)}/`}`,
  );
  const dockerfile = [
    `FROM ${app.image}`,
    "USER root",
    `WORKDIR ${app.folder ?? "/app"}`,
    ...(app.prepare ?? []),
    ...copies,
    ...(app.install ? [`RUN ${app.install}`] : []),
    "COPY . .",
    ...(app.build ? [`RUN ${app.build}`] : []),
  ].join("\n");
  const tag = `sistership-rig/app-${app.name}`;
  const folder = join(import.meta.dirname, "../apps", app.name);
  const labels = ["--label", "sistership.rig.app=1"]; // kept between runs, unlike what a test leaves
  await docker(
    [
      "buildx",
      "build",
      "--load",
      "--quiet",
      "--provenance=false",
      "--tag",
      tag,
      ...labels,
      "--file",
      "-",
      folder,
    ],
    {
      input: dockerfile,
      timeoutMs: 600_000,
    },
  );
  return tag;
}

/** Docker tells of no "ready" where an image has no health check: it is asked until it says yes. */
async function ready(name: string, service: AppService): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await docker(["exec", name, ...service.ready]);
      return;
    } catch (thrown) {
      if (!(thrown instanceof Fault) || Date.now() > deadline) throw thrown;
      await wait(200);
    }
  }
}

/** Asks for work that another process does, and waits until its result can be seen. */
async function seen(base: string, { post, look, shows }: NonNullable<App["background"]>, name: string) {
  for (const [path, body] of post) {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${base}${path}`, init);
    assert.ok(response.ok, `${path}: ${response.status}`);
  }
  const deadline = Date.now() + 30_000;
  for (;;) {
    const text = await answer(`${base}${look}`, name);
    if (shows.test(text)) return;
    assert.ok(Date.now() < deadline, `the background process did nothing: ${text}`);
    await wait(200);
  }
}

async function answer(url: string, name: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(url);
      const text = await response.text();
      if (response.ok || Date.now() > deadline) {
        assert.equal(response.status, 200, `${url}: ${text}`);
        return text;
      }
    } catch (thrown) {
      if (thrown instanceof assert.AssertionError) throw thrown;
      if (Date.now() > deadline) {
        const { stdout, stderr } = await docker(["logs", "--tail", "20", name]);
        throw new Error(`${url} never answered:\n${stdout}${stderr}`, { cause: thrown });
      }
    }
    await wait(200);
  }
}
