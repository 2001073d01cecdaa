import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { server } from "../rig/servers/servers.ts";

/** Another process with a server of its own, which ends only when it is made to. */
async function holder() {
  const file = join(import.meta.dirname, "../rig/servers/servers.ts");
  const program = `
    import { server } from ${JSON.stringify(file)};
    const held = await server("bare");
    console.log(JSON.stringify({ container: held.container, folder: held.sshConfig }));
    process.stdin.on("end", () => held[Symbol.asyncDispose]()).resume();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    gone.then(() => Promise.reject(new Error("The other process ended before its server was up."))),
  ]);
  const { container, folder }: { container: string; folder: string } = JSON.parse(String(line));
  return { child, gone, container, folder: dirname(folder) };
}

describe("servers of a process that was killed", () => {
  test("are gone when the next are brought up; those of living processes stay", async () => {
    const { env } = await engine();
    /** Containers, networks and volumes whose names begin like that. */
    const left = async (container: string) => {
      const fleet = container.replace(/-bare$/, "");
      const list = async (...args: string[]) =>
        (await run({ program: "docker", args: [...args, "--filter", `name=${fleet}`, "-q"], env })).stdout;
      const lists = [list("ps", "--all"), list("network", "ls"), list("volume", "ls")];
      return (await Promise.all(lists)).map((ids) => ids.split("\n").length - 1);
    };
    const [killed, alive] = await Promise.all([holder(), holder()]);
    try {
      killed.child.kill("SIGKILL");
      await killed.gone;
      assert.deepEqual(await left(killed.container), [1, 1, 2]);
      assert.ok(existsSync(killed.folder));

      await using _next = await server("bare");

      assert.deepEqual(await left(killed.container), [0, 0, 0]);
      assert.ok(!existsSync(killed.folder));
      assert.deepEqual(await left(alive.container), [1, 1, 2]);
      assert.ok(existsSync(alive.folder));
    } finally {
      alive.child.stdin.end();
      await alive.gone;
    }
    assert.deepEqual(await left(alive.container), [0, 0, 0]);
  });
});
