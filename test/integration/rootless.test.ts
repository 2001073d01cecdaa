// An engine that runs as a user: what is made inside belongs to that user outside, and the doctor says what it is.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { examine, execCommand } from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { checkout, page, perform } from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { rootlessEngine } from "../rig/docker/rootless.ts";
import { prepareImages } from "../rig/project.ts";

test("files made inside a rootless engine belong to its user", { timeout: 300_000 }, async () => {
  const rig = await engine();
  await prepareImages(["caddy:2"], rig);
  await using rootless = await rootlessEngine(rig);
  await load("caddy:2", rig, rootless.engine);
  await using project = await checkout(rootless.engine, { sample: "static-site" });
  const { folder } = project.here;
  const own = `${rootless.uid}:${rootless.uid}`;
  await run({ program: "chown", args: ["--recursive", own, dirname(folder)] });

  const { url } = await project.up();
  assert.match(await page(url), /Harbour Café/);
  const made = await execCommand(
    project.here,
    ["sh", "-c", "mkdir made && echo inside > made/file && id -u"],
    {
      tty: false,
    },
  );
  assert.equal((await run(made)).stdout, "0\n");
  for (const path of ["made", "made/file"])
    assert.equal(statSync(project.file(path)).uid, rootless.uid, path);
  const findings = await perform((task) => examine(project.here, task));
  const said = findings.find(({ check }) => check.id === "engine");
  assert.match(said?.says ?? "", /, rootless, /);
});

/** Hands an image from one engine to another. */
async function load(image: string, from: Engine, to: Engine): Promise<void> {
  const docker = (env: Record<string, string>, ...args: string[]) =>
    spawn("docker", args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "inherit"] });
  const loading = docker(to.env, "load", "--quiet");
  docker(from.env, "save", image).stdout.pipe(loading.stdin);
  const [code] = await once(loading, "exit");
  assert.equal(code, 0);
}
