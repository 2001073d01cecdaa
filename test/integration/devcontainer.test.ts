// What Compose has started, the reference implementation of dev containers takes over; and whose files are made in it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmod, chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { stringify } from "yaml";
import { apply, blueprint } from "../../src/engine/blueprint/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { resolve } from "../../src/engine/profile/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { rigLabels } from "../rig/docker/labels.ts";
import { image } from "../rig/images/image.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  await image("node:22-bookworm-slim", { engine: rig });
});

const users = [
  { title: "root", uid: 0, gid: 0 },
  { title: "the usual first user, whose number the image has as node", uid: 1000, gid: 1000 },
  { title: "a user whose numbers nobody in the image has", uid: 4242, gid: 4343 },
  { title: "a user whose numbers the image has as www-data", uid: 33, gid: 33 },
];

describe("a generated dev container", { timeout: 300_000 }, () => {
  test("is the very container that Compose started", async () => {
    await using project = await started({ uid: 0, gid: 0 });
    const { root, compose, devcontainer } = project;
    const id = (await compose("ps", "--quiet", "workspace")).trim();
    const up = JSON.parse(await devcontainer("up", "--workspace-folder", root));
    assert.deepEqual(
      [up.outcome, up.containerId, up.remoteUser, up.remoteWorkspaceFolder],
      ["success", id, "app", "/app"],
    );
    const inside = await devcontainer("exec", "--workspace-folder", root, "node", "-p", "process.cwd()");
    assert.equal(inside.trim(), "/app");
    assert.equal((await compose("ps", "--quiet", "workspace")).trim(), id, "nothing was made anew");
  });

  for (const { title, uid, gid } of users) {
    test(`leaves files that belong to who develops: ${title}`, async () => {
      await using project = await started({ uid, gid });
      const { root, compose } = project;
      const made =
        "touch made && node -e 'fs.mkdirSync(\"folder\")' && touch ~/.config-of-a-tool /cache/of-a-tool && id -u";
      assert.equal((await compose("exec", "-T", "workspace", "sh", "-c", made)).trim(), String(uid));
      for (const name of ["made", "folder"]) {
        const { uid: owner, gid: group } = await stat(join(root, name));
        assert.deepEqual([owner, group], [uid, gid], name);
      }
    });
  }
});

/** A small application, up by a plain `docker compose up`, for a user of these numbers. */
async function started({ uid, gid }: { uid: number; gid: number }) {
  const stack = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "sistership-devcontainer-"));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  await chmod(root, 0o755);
  await chown(root, uid, gid);
  const profile = resolve({
    name: `sail-${randomUUID().slice(0, 6)}`,
    runtime: "node@22",
    processes: { web: { run: "node server.js", port: 3000, health: "/" } },
  });
  const server = "require('node:http').createServer((_, answer) => answer.end('ahoy')).listen(3000);\n";
  await writeFile(join(root, "server.js"), server);
  const labels = rigLabels();
  const labelled = Object.fromEntries(["workspace", "web"].map((name) => [name, { labels }]));
  const override = stringify({ services: labelled, networks: { default: { labels } } });
  await apply(root, [...blueprint(profile), { path: ".sistership/compose.override.yaml", text: override }]);
  const env = {
    ...rig.env,
    PATH: `${join(import.meta.dirname, "../../node_modules/.bin")}:${rig.env.PATH ?? process.env.PATH}`,
    SISTERSHIP_UID: String(uid),
    SISTERSHIP_GID: String(gid),
    SISTERSHIP_PORT_WEB: "0",
    SISTERSHIP_FOLDER: root,
  };
  const say = async (program: string, ...args: string[]) =>
    (await run({ program, args, env }, { timeoutMs: 240_000 })).stdout;
  const files = ["compose.yaml", "compose.override.yaml"].flatMap((name) => [
    "--file",
    join(root, ".sistership", name),
  ]);
  const compose = (...args: string[]) => say("docker", "compose", ...files, ...args);
  stack.defer(async () => {
    await compose("--profile", "*", "down", "--volumes", "--rmi", "local", "--timeout", "2");
    await say("docker", "rmi", "--force", `sistership-${profile.name}-web:dev`);
  });
  try {
    await compose("up", "--detach", "--build", "--wait", "--wait-timeout", "120");
  } catch (thrown) {
    await stack.disposeAsync();
    throw thrown;
  }
  const devcontainer = (...args: string[]) => say("devcontainer", ...args);
  return { root, compose, devcontainer, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
