import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { run } from "../../../src/engine/process/index.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { image } from "../../rig/images/image.ts";

describe("an image of the rig", () => {
  let docker: Engine;
  before(async () => {
    docker = await engine();
  });
  const say = async (...args: string[]) =>
    (await run({ program: "docker", args, env: docker.env })).stdout.trim();
  const idOf = (name: string) => say("image", "inspect", "--format", "{{.Id}}", name);

  test("is there under all its names, and asking again costs milliseconds", async () => {
    assert.equal(await image("debian:12", { engine: docker }), "debian:12");
    const id = await idOf("debian:12");
    for (const alias of ["debian:bookworm", "debian:12-slim", "debian:bookworm-slim"]) {
      assert.equal(await idOf(alias), id);
    }
    const from = performance.now();
    await image("debian:12", { engine: docker });
    const ms = performance.now() - from;
    assert.equal(await idOf("debian:12"), id);
    assert.ok(ms < 100, `it took ${Math.round(ms)} ms`);
  });

  test("is built once when two processes ask for it at the same moment", async () => {
    await image("valkey/valkey:8", { engine: docker });
    await say("image", "rm", "--force", await idOf("valkey/valkey:8"));
    const module = join(import.meta.dirname, "../../rig/images/image.ts");
    const built = await Promise.all(
      ["valkey/valkey:8", "valkey/valkey:8.1", "valkey/valkey:8-trixie"].map(async (name) => {
        const script = `const { image } = await import(${JSON.stringify(module)});
await image(${JSON.stringify(name)}, { onBuild: (built) => console.log(built) });`;
        const args = ["--input-type=module", "-e", script];
        return (await run({ program: process.execPath, args, env: docker.env })).stdout;
      }),
    );
    assert.equal(built.join(""), "valkey/valkey:8\n");
    assert.equal(await idOf("valkey/valkey:8.1"), await idOf("valkey/valkey:8-trixie"));
  });

  test("gives way to somebody else's of the same name", async () => {
    const ours = await image("debian:12", { engine: docker });
    const theirs = "valkey/valkey:8.1";
    await image(theirs, { engine: docker });
    const label = `someone.else=${randomUUID()}`;
    const container = await say("create", ours, "true");
    try {
      // An image without the rig's label, as a pulled one is.
      const script = 'docker export "$1" | docker import --change "LABEL $3" - "$2"';
      const args = ["-c", script, "sh", container, theirs, label];
      await run({ program: "sh", args, env: docker.env });
      const id = await idOf(theirs);
      assert.equal(await image(theirs, { engine: docker }), theirs);
      assert.equal(await idOf(theirs), id);
      await image("valkey/valkey:8", { engine: docker });
      assert.equal(await idOf(theirs), id, "the rig's other names of the same image leave it alone");
    } finally {
      await say("rm", "--force", container);
      await say("image", "rm", "--force", theirs);
      await image(theirs, { engine: docker });
    }
  });

  test("that nobody can make is refused with a sentence", async () => {
    await assert.rejects(
      image("node:24-alpine", { engine: docker }),
      /^Error: The rig cannot make the image node:24-alpine: "docker pull node:24-alpine" brings it/,
    );
  });
});
