// The lock against a real registry: what moved is said, and nothing is written unless all was found.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { apply, projectStatus, update, writable } from "../../src/engine/blueprint/index.ts";
import { type Fault, operate, run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";
import { registry } from "../rig/registry.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  for (const name of ["busybox:1", "debian:12"]) await image(name, { engine: rig });
});

const docker = async (...args: string[]) =>
  (await run({ program: "docker", args, env: rig.env }, { timeoutMs: 120_000 })).stdout.trim();

const updated = (folder: string) =>
  operate(
    { title: "update", about: folder, report: () => {}, signal: new AbortController().signal },
    (task) => update(folder, { ...process.env, ...rig.env }, task),
  );

async function project(profile: string) {
  const folder = await mkdtemp(join(tmpdir(), "sistership-update-"));
  await writeFile(join(folder, "sistership.yaml"), profile);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const profileWith = (db: string, cache = db) =>
  `version: 1\nname: shop\nbuild:\n  dockerfile: Dockerfile\nprocesses:\n  web:\n    run: ./web\n    port: 8080\nservices:\n  db:\n    image: ${db}\n    port: 5432\n  cache:\n    image: ${cache}\n    port: 6379\n`;

describe("sistership update", { timeout: 300_000 }, () => {
  test("holds what the registry has, says what moved, and writes the generated files anew", async () => {
    await using stack = new AsyncDisposableStack();
    const { address } = stack.use(await registry());
    const db = `${address}/team/db:17`;
    stack.defer(async () => void (await docker("rmi", "--force", db)));
    const push = async (from: string) => {
      await docker("tag", from, db);
      await docker("push", "--quiet", db);
      const said = await docker("buildx", "imagetools", "inspect", db, "--raw");
      return `sha256:${createHash("sha256").update(said).digest("hex")}`;
    };
    const { folder } = stack.use(await project(profileWith(db)));
    const found = await projectStatus(folder);
    assert.ok(found.ok, JSON.stringify(found.problems));
    await apply(folder, writable(found.files));

    const first = await push("busybox:1");
    assert.deepEqual((await updated(folder)).moves, [{ image: db, from: undefined, to: first }]);
    const compose = () => readFile(join(folder, ".sistership/compose.yaml"), "utf8");
    assert.ok((await compose()).includes(`image: ${db}@${first}`));
    assert.deepEqual((await updated(folder)).moves, [], "the second time nothing moves");

    const second = await push("debian:12");
    assert.notEqual(second, first);
    assert.deepEqual((await updated(folder)).moves, [{ image: db, from: first, to: second }]);
    assert.ok((await compose()).includes(`image: ${db}@${second}`));
    const again = await projectStatus(folder);
    assert.ok(
      again.ok && again.files.every(({ state, file }) => state === "current" || file.when !== "always"),
    );
    // what is held is what is run
    await docker("pull", "--quiet", `${db}@${second}`);
    stack.defer(async () => void (await docker("rmi", "--force", `${db}@${second}`)));

    // one that is not there: nothing is written, not even what was found
    await writeFile(join(folder, "sistership.yaml"), profileWith(db, `${address}/team/cache:99`));
    const before = await readFile(join(folder, "sistership.lock"), "utf8");
    await push("busybox:1");
    await assert.rejects(updated(folder), (thrown: Fault) => {
      assert.equal(thrown.code, "image-unknown");
      assert.ok(thrown.says.includes(`${address}/team/cache:99`));
      return true;
    });
    assert.equal(await readFile(join(folder, "sistership.lock"), "utf8"), before);
  });

  test("says that a registry cannot be reached, and makes no lock", async () => {
    const gone = await registry();
    await gone[Symbol.asyncDispose]();
    await using made = await project(profileWith(`${gone.address}/team/db:17`));
    await assert.rejects(updated(made.folder), { code: "registry-unreachable" });
    assert.deepEqual(await readdir(made.folder), ["sistership.yaml"]);
  });

  test("names a lock that is wrong, and leaves it", async () => {
    await using made = await project(profileWith("127.0.0.1:9/db:17"));
    const lock = join(made.folder, "sistership.lock");
    for (const text of ["images: [", "images:\n  db: latest\n", "- 1\n", "a: &a 1\nimages: *a\n"]) {
      await writeFile(lock, text);
      for (const use of [() => updated(made.folder), () => projectStatus(made.folder)])
        await assert.rejects(
          use(),
          (thrown: Fault) => thrown.code === "lock-wrong" && thrown.says.includes(lock),
        );
      assert.equal(await readFile(lock, "utf8"), text);
    }
  });
});
