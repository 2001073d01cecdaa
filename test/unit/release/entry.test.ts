// The step before each program on a server, run by the shells that images have.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "../../../src/engine/process/index.ts";

const entry = join(import.meta.dirname, "../../../templates/image/sistership-entry");
const secret = '1234 with "中文", )(_$HOME`id` \\ and a line\'s end\n\n';
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "sistership-entry-"));
  writeFileSync(join(folder, "TOKEN"), secret);
  writeFileSync(join(folder, "db.password"), "p$1w");
  writeFileSync(join(folder, "not a name"), "x");
});
after(() => rmSync(folder, { recursive: true }));

for (const shell of ["dash", "bash"] as const) {
  describe(`the entry step, by ${shell}`, () => {
    const print = "process.stdout.write(JSON.stringify(process.env))";

    test("hands secrets to the program as variables, to the last byte, and nothing of its own", async () => {
      const { stdout } = await run({
        program: shell,
        args: [entry, ...["--fill", "URL", "--fill", "TWO"], "--", process.execPath, "-e", print],
        env: {
          SISTERSHIP_SECRETS: folder,
          URL: "postgres://app:<sistership:db>@db/<x>?a=$b",
          TWO: "<sistership:db><sistership:db>",
        },
      });
      const env = JSON.parse(stdout);
      assert.equal(env.TOKEN, secret);
      assert.equal(env.URL, "postgres://app:p$1w@db/<x>?a=$b");
      assert.equal(env.TWO, "p$1wp$1w");
      assert.deepEqual(
        Object.keys(env).filter((name) =>
          /^SISTERSHIP_(SECRETS|DRAIN|FILL)|^(value|rest|fill|drain)$/.test(name),
        ),
        [],
      );
    });

    test("ends as the program ends", async () => {
      const args = [entry, "--drain", "5", "1", "/", "--", "sh", "-c", "exit 7"];
      const env = { SISTERSHIP_SECRETS: folder };
      assert.equal((await run({ program: shell, args, env }, { accept: [7] })).code, 7);
    });

    /** A program that dies at once when it is asked to, as many do; `probe` says whether it is well. */
    async function asked(drain: number, probe: string) {
      writeFileSync(join(folder, "sistership-probe"), `#!/bin/sh\n${probe}\n`, { mode: 0o755 });
      const program =
        "process.on('SIGTERM', () => { console.log('asked'); process.exit(3); }); console.log('up'); setInterval(() => {}, 1000)";
      const child = spawn(
        shell,
        [entry, "--drain", String(drain), "1", "/", "--", process.execPath, "-e", program],
        {
          env: { ...process.env, SISTERSHIP_SECRETS: folder, PATH: `${folder}:${process.env.PATH}` },
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      await once(child.stdout, "data");
      const from = performance.now();
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      return { code, seconds: (performance.now() - from) / 1000 };
    }

    test("holds the wish to stop back from who is well, and then passes it on", async () => {
      const { code, seconds } = await asked(2, "exit 0");
      assert.equal(code, 3);
      assert.ok(seconds >= 1.9, `after ${seconds} s`);
    });

    test("and from who answers that it is not: it may have begun what others wait for", async () => {
      const { code, seconds } = await asked(2, '[ -z "$2" ]');
      assert.equal(code, 3);
      assert.ok(seconds >= 1.9, `after ${seconds} s`);
    });

    for (const [who, probe] of [
      ["is not there any more", "exit 1"],
      ["hangs", 'if [ -n "$2" ]; then exec sleep 60; fi'],
    ] as const)
      test(`does not wait for who ${who}`, async () => {
        const { code, seconds } = await asked(60, probe);
        assert.equal(code, 3);
        assert.ok(seconds < 30, `after ${seconds} s`);
      });
  });
}
