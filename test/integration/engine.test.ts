import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { before, describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { ask } from "../rig/docker/api.ts";
import { runContainer } from "../rig/docker/container.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { leastEngine } from "../rig/docker/plan.ts";
import { atLeast } from "../rig/docker/version.ts";
import { image } from "../rig/images/image.ts";

describe("the rig's Docker engine", () => {
  let docker: Engine;
  before(async () => {
    docker = await engine();
  });
  const say = async (...args: string[]) =>
    (await run({ program: "docker", args, env: docker.env })).stdout.trim();

  test("answers, and is new enough", async () => {
    assert.deepEqual(await ask(docker.socket), { is: "answering", version: docker.version });
    assert.ok(atLeast(docker.version, leastEngine), docker.version);
  });

  test("brings Compose v2 and buildx to whoever takes its environment", async () => {
    assert.ok(atLeast(await say("compose", "version", "--short"), "2.0"));
    assert.match(await say("buildx", "version"), /\d+\.\d+/);
    assert.equal(await say("version", "--format", "{{.Server.Version}}"), docker.version);
  });

  test("knows what a container uses", async () => {
    const reference = await image("debian:12", { engine: docker });
    await using idle = await runContainer(docker, { image: reference, command: ["sleep", "infinity"] });
    const used = await say("stats", "--no-stream", "--format", "{{.MemUsage}}", idle.name);
    assert.match(used, /^[1-9][\d.]*[KM]iB/);
  });

  test("is left as it is by a second call, which takes under a second", async () => {
    const made = statSync(docker.socket).ctimeMs;
    const id = await say("info", "--format", "{{.ID}}");
    const from = performance.now();
    const again = await engine();
    const ms = performance.now() - from;
    assert.deepEqual({ ...again, started: false }, { ...docker, started: false });
    assert.equal(again.started, false);
    assert.equal(statSync(docker.socket).ctimeMs, made);
    assert.equal(await say("info", "--format", "{{.ID}}"), id);
    assert.ok(ms < 1000, `it took ${Math.round(ms)} ms`);
  });

  test("refuses a choice that cannot serve with a sentence", async () => {
    await assert.rejects(
      engine({ env: { ...process.env, DOCKER_HOST: "tcp://192.0.2.1:2376" } }),
      /Unset DOCKER_HOST/,
    );
    await assert.rejects(
      engine({ env: { ...process.env, DOCKER_HOST: "unix:///nowhere/docker.sock" } }),
      /No Docker engine answers at \/nowhere\/docker\.sock/,
    );
  });
});
