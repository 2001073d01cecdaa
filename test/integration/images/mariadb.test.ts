import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Container, runContainer } from "../../rig/docker/container.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { image } from "../../rig/images/image.ts";

const root = "r00t'secret";
const password = 'us3r"\\secret';
const initialised = /init process done/;
const ready = /ready for connections/;

for (const reference of ["mariadb:10.11", "mariadb:11.8"]) {
  describe(reference, () => {
    let docker: Engine;
    before(async () => {
      docker = await engine();
      await image(reference, { engine: docker });
    });

    const query = async (db: Container, user: string, secret: string, sql: string) => {
      const script = 'mariadb -h "$(hostname -i)" -u "$1" -N -B -e "$2" shop_db';
      const { code, stdout, stderr } = await db.exec(["sh", "-c", script, "sh", user, sql], {
        env: { MYSQL_PWD: secret },
        accept: [0, 1],
      });
      return code === 0 ? stdout.trim() : stderr.trim();
    };
    const healthy = (db: Container) => db.exec(["healthcheck.sh", "--connect", "--innodb_initialized"]);

    test("does not start without a password", async () => {
      await using db = await runContainer(docker, { image: reference });
      assert.equal(await db.ended(), 1);
      assert.match(await db.logs(), /password option is not specified/);
    });

    test("makes user and database, runs init files, refuses a wrong password, stops when told", async () => {
      await using db = await runContainer(docker, {
        image: reference,
        env: {
          MARIADB_ROOT_PASSWORD_FILE: "/run/secrets/root",
          MARIADB_DATABASE: "shop_db",
          MARIADB_USER: "shop",
          MARIADB_PASSWORD: password,
        },
        files: {
          "/run/secrets/root": root,
          "/docker-entrypoint-initdb.d/1-table.sql": "CREATE TABLE item (name text);",
          "/docker-entrypoint-initdb.d/2-rows.sql.gz": gzipSync("INSERT INTO item VALUES ('from gz');"),
          "/docker-entrypoint-initdb.d/3-more.sh": '#!/bin/sh\necho "init script saw $MARIADB_DATABASE"\n',
        },
      });
      await db.says(initialised, ready);
      await healthy(db);
      assert.match(await db.logs(), /init script saw shop_db/);
      assert.equal(await query(db, "shop", password, "SELECT name FROM item"), "from gz");
      assert.match(await query(db, "shop", "wrong", "SELECT 1"), /Access denied for user 'shop'/);
      assert.match(await query(db, "root", "wrong", "SELECT 1"), /Access denied for user 'root'/);
      assert.match(await query(db, "shop", password, "SELECT * FROM mysql.global_priv"), /command denied/);
      assert.equal(await query(db, "root", root, "SELECT COUNT(*) > 100 FROM mysql.time_zone_name"), "1");
      assert.equal((await db.exec(["stat", "-c", "%U", "/proc/1"])).stdout, "mysql\n");
      const noPassword = await db.exec(["mariadb", "-u", "root", "-e", "SELECT 1"], { accept: [1] });
      assert.match(noPassword.stderr, /Access denied/);
      const { code, ms } = await db.stop();
      assert.equal(code, 0);
      assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
    });

    test("takes MySQL's names too, and keeps its data when it starts again", async () => {
      await using db = await runContainer(docker, {
        image: reference,
        env: { MYSQL_ROOT_PASSWORD: root, MYSQL_DATABASE: "shop_db", MARIADB_INITDB_SKIP_TZINFO: "1" },
        command: ["--max-connections=42"],
      });
      await db.says(initialised, ready);
      await healthy(db);
      assert.equal(
        await query(db, "root", root, "CREATE TABLE kept (id int); SELECT @@max_connections"),
        "42",
      );
      await db.stop();
      await db.restart();
      await db.says(initialised, ready, ready);
      await healthy(db);
      assert.equal(await query(db, "root", root, "SELECT COUNT(*) FROM kept"), "0");
    });
  });
}
