import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Container, runContainer } from "../../rig/docker/container.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { image } from "../../rig/images/image.ts";

for (const reference of ["redis:7", "redis:8", "valkey/valkey:8"]) {
  describe(reference, () => {
    const program = reference.startsWith("redis") ? "redis" : "valkey";
    const ready = /Ready to accept connections/;
    let docker: Engine;
    before(async () => {
      docker = await engine();
      await image(reference, { engine: docker });
    });
    const ask = async (db: Container, ...args: string[]) => {
      const script = `exec ${program}-cli -h "$(hostname -i)" "$@"`;
      const { stdout, stderr } = await db.exec(["sh", "-c", script, "sh", ...args], { accept: [0, 1] });
      return (stdout + stderr).trim();
    };

    test("answers others without a password, as its own user, and keeps its data", async () => {
      await using db = await runContainer(docker, { image: reference });
      await db.says(ready);
      assert.equal(await ask(db, "set", "greeting", "hello"), "OK");
      assert.equal(
        (await db.exec(["stat", "-c", "%U", "/proc/1", "/data"])).stdout,
        `${program}\n${program}\n`,
      );
      const { code, ms } = await db.stop();
      assert.equal(code, 0);
      assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
      await db.restart();
      await db.says(ready, ready);
      assert.equal(await ask(db, "get", "greeting"), "hello");
    });

    test("takes options alone, and refuses those without the password", async () => {
      await using db = await runContainer(docker, {
        image: reference,
        command: ["--requirepass", "s3cret", "--appendonly", "yes"],
      });
      await db.says(ready);
      assert.match(await ask(db, "ping"), /NOAUTH/);
      assert.equal(await ask(db, "--no-auth-warning", "-a", "s3cret", "ping"), "PONG");
      assert.match(await ask(db, "--no-auth-warning", "-a", "wrong", "ping"), /WRONGPASS|AUTH failed/);
    });

    test("takes a configuration file, whose word on protection counts", async () => {
      await using db = await runContainer(docker, {
        image: reference,
        command: [`${program}-server`, "/etc/own.conf"],
        files: { "/etc/own.conf": "maxmemory 42mb\nprotected-mode yes\n" },
      });
      await db.says(ready);
      assert.match(await ask(db, "ping"), /DENIED/);
      const { stdout } = await db.exec([`${program}-cli`, "config", "get", "maxmemory"]);
      assert.match(stdout, /44040192/);
    });
  });
}
