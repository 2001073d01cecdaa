// The two scripts that every image holds, run by a real shell.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { template } from "../../../src/engine/blueprint/templates.ts";
import { run } from "../../../src/engine/process/index.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "blueprint-scripts-"));
  await writeFile(join(folder, "probe"), template("image/sistership-probe"));
  // in a container the authorities are put in memory; here, beside the test
  await writeFile(join(folder, "trust"), template("image/sistership-trust").replaceAll("/dev/shm", folder));
});
after(() => rm(folder, { recursive: true, force: true }));

describe("the probe", () => {
  const ask = (...args: string[]) =>
    run({ program: "sh", args: [join(folder, "probe"), ...args] }, { accept: [0, 1], timeoutMs: 10_000 });

  async function serve(address: string, status: number): Promise<AsyncDisposable & { port: string }> {
    const server = createServer((_, response) => response.writeHead(status).end("x"));
    await new Promise<void>((listening) => server.listen(0, address, listening));
    const at = server.address();
    assert.ok(at !== null && typeof at === "object");
    return {
      port: String(at.port),
      [Symbol.asyncDispose]: () => new Promise((closed) => server.close(() => closed())),
    };
  }

  for (const [status, code] of [
    [200, 0],
    [204, 0],
    [302, 0],
    [404, 1],
    [503, 1],
  ] as const) {
    test(`says ${code === 0 ? "well" : "not well"} of an answer ${status}`, async () => {
      await using server = await serve("0.0.0.0", status);
      assert.equal((await ask(server.port, "/")).code, code);
    });
  }

  test("is content with an open port where there is no path", async () => {
    await using server = await serve("0.0.0.0", 503);
    assert.equal((await ask(server.port)).code, 0);
  });

  test("says not well of a closed port", async () => {
    await using server = await serve("0.0.0.0", 200);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    assert.equal((await ask(port, "/")).code, 1);
  });

  test("names an application that listens on 127.0.0.1 alone", async () => {
    // a name of the machine that is not 127.0.0.1, as every container has one
    await writeFile(join(folder, "hostname"), "#!/bin/sh\necho 127.0.0.2\n", { mode: 0o755 });
    await using server = await serve("127.0.0.1", 200);
    const { code, stdout: said } = await run(
      {
        program: "sh",
        args: [join(folder, "probe"), server.port, "/"],
        env: { PATH: `${folder}:${process.env.PATH}` },
      },
      { accept: [0, 1], timeoutMs: 10_000 },
    );
    assert.equal(code, 1);
    assert.match(said, /listen on 0\.0\.0\.0/);
  });
});

describe("further authorities", () => {
  const shell = `. ${"$"}0; printf %s "${"$"}NODE_EXTRA_CA_CERTS"`;
  const source = (env: Record<string, string>) =>
    run({
      program: "sh",
      args: ["-c", shell, join(folder, "trust")],
      env: { NODE_EXTRA_CA_CERTS: "", ...env },
    });

  test("are added to those of the system, for every language's tools", async () => {
    const system = join(folder, "system.pem");
    await writeFile(system, "SYSTEM\n");
    const { stdout } = await source({ SISTERSHIP_AUTHORITIES: "COMPANY", SSL_CERT_FILE: system });
    assert.equal(await readFile(stdout.trim(), "utf8"), "SYSTEM\nCOMPANY\n");
  });

  test("change nothing where there are none", async () => {
    assert.equal((await source({ SISTERSHIP_AUTHORITIES: "" })).stdout.trim(), "");
  });
});
