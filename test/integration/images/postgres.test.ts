import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Container, runContainer } from "../../rig/docker/container.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { image } from "../../rig/images/image.ts";

const password = "s3cret'quote";
const initialised = /init process complete/;
const ready = /ready to accept connections/;

for (const reference of ["postgres:17", "postgres:15", "pgvector/pgvector:pg17"]) {
  describe(reference, () => {
    let docker: Engine;
    before(async () => {
      docker = await engine();
      await image(reference, { engine: docker });
    });

    /** Asks over the network, where the password counts, not over the socket. */
    const query = async (db: Container, user: string, secret: string, database: string, sql: string) => {
      const script = 'psql -h "$(hostname -i)" -U "$1" -d "$2" -w -tA -v ON_ERROR_STOP=1 -c "$3"';
      const program = ["sh", "-c", script, "sh", user, database, sql];
      const { code, stdout, stderr } = await db.exec(program, {
        env: { PGPASSWORD: secret },
        accept: [0, 1, 2],
      });
      return code === 0 ? stdout.trim() : stderr.trim();
    };

    test("does not start without a password", async () => {
      await using db = await runContainer(docker, { image: reference });
      assert.equal(await db.ended(), 1);
      assert.match(await db.logs(), /superuser password is not specified/);
    });

    test("makes user and database, runs init files, refuses a wrong password, stops when told", async () => {
      await using db = await runContainer(docker, {
        image: reference,
        env: { POSTGRES_PASSWORD_FILE: "/run/secrets/db", POSTGRES_USER: "shop", POSTGRES_DB: "orders" },
        files: {
          "/run/secrets/db": `${password}\n`,
          "/docker-entrypoint-initdb.d/1-table.sql": "CREATE TABLE item (name text);",
          "/docker-entrypoint-initdb.d/2-rows.sql.gz": gzipSync("INSERT INTO item VALUES ('from gz');"),
          "/docker-entrypoint-initdb.d/3-more.sh":
            '#!/bin/sh\nset -e\npsql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO item VALUES (\'from sh\')"\n',
        },
        command: ["-c", "max_connections=42"],
      });
      await db.says(initialised, ready);
      assert.equal(
        await query(db, "shop", password, "orders", "SELECT string_agg(name, ', ' ORDER BY name) FROM item"),
        "from gz, from sh",
      );
      assert.match(
        await query(db, "shop", "wrong", "orders", "SELECT 1"),
        /password authentication failed for user "shop"/,
      );
      assert.equal(await query(db, "shop", password, "orders", "SHOW max_connections"), "42");
      assert.equal(
        (await db.exec(["stat", "-c", "%U", "/proc/1", "/var/lib/postgresql/data/PG_VERSION"])).stdout,
        "postgres\npostgres\n",
      );
      const { code, ms } = await db.stop();
      assert.equal(code, 0);
      assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
    });

    test("keeps its data when it starts again", async () => {
      await using db = await runContainer(docker, { image: reference, env: { POSTGRES_PASSWORD: password } });
      await db.says(initialised, ready);
      await query(db, "postgres", password, "postgres", "CREATE TABLE kept ()");
      await db.stop();
      await db.restart();
      await db.says(/Skipping initialization/, ready);
      assert.equal(await query(db, "postgres", password, "postgres", "SELECT count(*) FROM kept"), "0");
    });

    test("runs as another user when told, and lets everybody in only on demand", async () => {
      await using db = await runContainer(docker, {
        image: reference,
        env: { POSTGRES_HOST_AUTH_METHOD: "trust", PGDATA: "/tmp/elsewhere" },
        options: ["--user", "postgres"],
      });
      await db.says(initialised, ready);
      assert.equal(await query(db, "postgres", "", "postgres", "SHOW data_directory"), "/tmp/elsewhere");
    });

    if (reference.startsWith("pgvector")) {
      test("brings the extension", async () => {
        await using db = await runContainer(docker, {
          image: reference,
          env: { POSTGRES_PASSWORD: password },
          files: { "/docker-entrypoint-initdb.d/vector.sql": "CREATE EXTENSION vector;" },
        });
        await db.says(initialised, ready);
        const sql = "SELECT '[1,2,3]'::vector <-> '[1,2,5]'::vector";
        assert.equal(await query(db, "postgres", password, "postgres", sql), "2");
      });
    }
  });
}
