// What is released goes to the servers of a stage, and is compared with what is developed in and rehearsed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "../../src/engine/docker/index.ts";
import { parity } from "../../src/engine/environment/index.ts";
import {
  buildRelease,
  fetchOn,
  fetchSending,
  shipStage,
  stageSides,
  type Yard,
} from "../../src/engine/image/index.ts";
import { Fault, run } from "../../src/engine/process/index.ts";
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
    const stages =
      "  production: { servers: [fra1], keep: 1 }\n  there: { servers: [fra1], build: server }\n";
    const more = `${secret}stages:\n${stages}`;
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

  const shipped = (agree = async () => true, stage = "production") =>
    perform((task) => shipStage({ ...project.here, stage, links: [link], yard, agree }, task));
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

  test("an image of others is sent by its layers where the server reaches no registry", async () => {
    const base = "node:22-bookworm-slim";
    const [proof] = await perform((task) => fetchOn(yard, link, base, task));
    // the layers came with what was shipped
    assert.ok((proof?.sent ?? Number.POSITIVE_INFINITY) < 100_000, `${proof?.sent}`);
    assert.deepEqual(await perform((task) => fetchOn(yard, link, base, task)), []);
    await assert.rejects(
      perform((task) => fetchOn(yard, link, "nobody/has:1", task)),
      (thrown) =>
        thrown instanceof Fault &&
        thrown.code === "image-out-of-reach" &&
        /^fra1 can fetch nobody\/has:1 from no registry, and it could not be sent from here either/.test(
          thrown.says,
        ),
    );
  });

  test("what that would send is told first: also where it cannot be sent from here, which is no reason not to go on", async () => {
    const signal = AbortSignal.timeout(30_000);
    const told = async (image: string) => (await fetchSending(yard, link, image, signal))?.says;
    const foreign = `${name}-foreign:1`;
    const make = `tar --create --files-from /dev/null | docker import --platform linux/s390x - ${foreign}`;
    await run({ program: "sh", args: ["-c", make], env: rig.env });
    try {
      assert.equal(
        await told(foreign),
        "it is fetched there; where no registry is reached, it cannot be sent: what is here is for another processor",
      );
    } finally {
      await run({ program: "docker", args: ["image", "rm", foreign], env: rig.env });
    }
    assert.equal(await told("node:22-bookworm-slim"), undefined, "it is there");
    assert.equal(
      await told("nobody/has:1"),
      "it is fetched there; where no registry is reached, it is fetched here and sent",
    );
    assert.equal(await told(`nobody/has@sha256:${"0".repeat(64)}`), "it is fetched there");
  });

  test("where the stage says so it is built on the server, and nothing of it here", async () => {
    await project.edit("server.js", (text) => text.replace("hello again", "hello there"));
    const [proof] = await shipped(undefined, "there");
    assert.equal(proof?.sent, 0);
    const said = ["docker", "run", "--rm", proof?.reference ?? "", "cat", "/app/server.js"];
    assert.match((await box.inside(said)).stdout, /hello there/);
    const here = { program: "docker", args: ["image", "ls", "-q", proof?.reference ?? ""], env: rig.env };
    assert.equal((await run(here)).stdout, "");
  });

  test("for a processor that Docker here cannot build for, that is said before anything is built", async () => {
    const built = perform((task) => buildRelease(yard, project.here, { architecture: "s390x" }, task));
    await assert.rejects(
      built,
      (thrown) =>
        thrown instanceof Fault &&
        thrown.code === "architecture-not-built" &&
        /The servers run s390x, .* builds for linux\/amd64.*"build: server"/.test(thrown.says),
    );
  });
});
