import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { labelArgs } from "../rig/docker/labels.ts";
import { sweepRun } from "../rig/docker/sweep.ts";
import { image } from "../rig/images/image.ts";

describe("what a killed run leaves in Docker", () => {
  let docker: Engine;
  before(async () => {
    docker = await engine();
    await image("debian:12", { engine: docker });
  });
  const say = async (...args: string[]) =>
    (await run({ program: "docker", args, env: docker.env })).stdout.trim();
  /** A running container on a network and a volume of its own, and an image, as a test of that run would make them. */
  const make = async (name: string) => {
    const labels = labelArgs({ SISTERSHIP_RUN: name });
    await say("network", "create", ...labels, name);
    await say("volume", "create", ...labels, name);
    await say(
      ...["run", "--detach", ...labels, "--name", name, "--network", name, "--volume", `${name}:/data`],
      ...["debian:12", "sleep", "infinity"],
    );
    const labelled = labels.flatMap((word) => (word === "--label" ? [] : ["--change", `LABEL ${word}`]));
    await say("commit", ...labelled, name, `${name}:latest`);
  };
  const there = async (name: string) => ({
    containers: await say("ps", "--all", "--quiet", "--filter", `name=${name}`),
    networks: await say("network", "ls", "--quiet", "--filter", `name=${name}`),
    volumes: await say("volume", "ls", "--quiet", "--filter", `name=${name}`),
    images: await say("images", "--quiet", name),
  });
  const nothing = { containers: "", networks: "", volumes: "", images: "" };

  test("is swept up, and another run's things are left alone", async () => {
    const [killed, alive] = [`sistership-killed-${randomUUID()}`, `sistership-alive-${randomUUID()}`];
    try {
      await make(killed);
      await make(alive);
      const others = await there(alive);
      assert.ok(Object.values(await there(killed)).every((id) => id !== ""));

      assert.equal((await sweepRun(killed)).length, 4);

      assert.deepEqual(await there(killed), nothing);
      assert.deepEqual(await there(alive), others);
      assert.deepEqual(await sweepRun(killed), []);
    } finally {
      await sweepRun(killed);
      await sweepRun(alive);
    }
  });
});
