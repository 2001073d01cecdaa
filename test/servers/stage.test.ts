// What is released goes to the servers of a stage, and is compared with what is developed in and rehearsed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "../../src/engine/docker/index.ts";
import { parity } from "../../src/engine/environment/index.ts";
import { shipStage, stageSides, type Yard } from "../../src/engine/image/index.ts";
import { run } from "../../src/engine/process/index.ts";
import type { Link, Pool } from "../../src/engine/server/index.ts";
import { type Checkout, checkout, perform, tiny, unique } from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { prepareImages } from "../rig/project.ts";
import type { Server } from "../rig/servers/server.ts";
import { server } from "../rig/servers/servers.ts";
import { poolOf, yardIn } from "./shipping.ts";

describe("what is released, on the server of a stage", () => {
  const home = mkdtempSync(join(tmpdir(), "sistership-stage-"));
  const name = unique("tiny");
  const secret = "env: { API_KEY: { secret: true } }\n";
  let rig: Engine;
  let box: Server & AsyncDisposable;
  let connections: Pool;
  let project: Checkout;
  let link: Link;
  let yard: Yard;
  before(async () => {
    rig = await engine();
    await prepareImages(["node:22-bookworm-slim"], rig);
    box = await server({ software: "docker", name: "fra1" }, { engine: rig });
    connections = poolOf(box.sshConfig);
    link = await connections.link({ name: "fra1", address: "fra1" }, new AbortController().signal);
    yard = yardIn(home, await connect({ host: `unix://${rig.socket}`, from: "the rig" }));
    const more = `${secret}stages:\n  production: { servers: [fra1], keep: 1 }\n`;
    project = await checkout(rig, tiny({ name, more }));
    const values = { known: async () => ({ API_KEY: "hush" }), ask: async () => ({}), keep: async () => {} };
    await project.up({ values });
    await project.up({ values, rehearsal: {} });
  });
  after(async () => {
    await project?.[Symbol.asyncDispose]();
    await connections?.[Symbol.asyncDispose]();
    await box?.[Symbol.asyncDispose]();
    const { stdout } = await run({ program: "docker", args: ["images", "-q", `${name}-web`], env: rig.env });
    const images = stdout.split("\n").filter(Boolean);
    if (images.length > 0)
      await run({ program: "docker", args: ["rmi", "--force", ...images], env: rig.env });
    rmSync(home, { recursive: true, force: true });
  });

  const shipped = (agree = async () => true) =>
    perform((task) => shipStage({ ...project.here, stage: "production", links: [link], yard, agree }, task));
  const compared = () =>
    perform((task) =>
      parity(project.here, task, (profile) => stageSides(profile, "production", [link], task)),
    );

  test("before anything was shipped, nothing is called the same", async () => {
    const { sides, verdict } = await compared();
    assert.deepEqual(sides, ["development", "rehearsal", "production"]);
    assert.equal(verdict, "unknown");
  });

  test("what would be sent is told first, and not sent where that is not wanted", async () => {
    assert.deepEqual(await shipped(async () => false), []);
    assert.equal((await box.inside(["docker", "images", "-q", `${name}-web`])).stdout, "");
  });

  test("what was shipped is what is developed in and rehearsed, down to the names of variables", async () => {
    const [proof] = await shipped();
    assert.match(proof?.reference ?? "", new RegExp(`^${name}-web:[0-9a-f]{12}$`));
    const { rows, verdict } = await compared();
    assert.deepEqual(
      rows.filter((row) => row.verdict !== "same"),
      [],
    );
    assert.equal(verdict, "same");
    const { stdout } = await box.inside(["docker", "history", "--no-trunc", proof?.reference ?? ""]);
    assert.doesNotMatch(stdout, /hush/);
  });

  test("of what was shipped before, as many stay as the stage says", async () => {
    await project.edit("server.js", (text) => text.replace("hello", "hello again"));
    const [proof] = await shipped();
    const { stdout } = await box.inside([
      ...["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"],
      `${name}-web`,
    ]);
    assert.equal(stdout.trim(), proof?.reference);
  });
});
