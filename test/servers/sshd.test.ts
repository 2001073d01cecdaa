import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { ssh } from "../rig/servers/access.ts";
import { makeKey } from "../rig/servers/keys.ts";
import type { Server } from "../rig/servers/server.ts";
import { server as makeServer } from "../rig/servers/servers.ts";
import { openSession } from "./session.ts";

describe("sshd's options", () => {
  let server: Server & AsyncDisposable;
  before(async () => {
    server = await makeServer({ software: "bare", name: "gate" });
  });
  after(() => server?.[Symbol.asyncDispose]());

  /** ssh with the server's configuration and more: what it printed, let in or not. */
  const trySsh = (...args: string[]) =>
    run(
      { program: "ssh", args: ["-F", server.sshConfig, "-o", "BatchMode=yes", ...args] },
      { accept: [0, 255], timeoutMs: 20_000 },
    );

  test("allowTcpForwarding: no port is forwarded, commands still run", async () => {
    const forward = () => trySsh("-W", "127.0.0.1:22", server.name);
    assert.match((await forward()).stdout, /^SSH-2\.0-/);
    {
      await using _ = await server.sshd({ allowTcpForwarding: false });
      const { code, stderr } = await forward();
      assert.equal(code, 255);
      assert.match(stderr, /administratively prohibited/);
      assert.equal((await run(ssh(server, "hostname"))).stdout, "gate\n");
    }
    assert.match((await forward()).stdout, /^SSH-2\.0-/);
  });

  test("maxSessions: one connection carries no more than that many", async () => {
    const socket = join(dirname(server.sshConfig), "mux");
    const second = async () => {
      await using first = openSession(server, "-M", "-S", socket);
      await first.echo("open");
      return (await trySsh("-S", socket, server.name, "hostname")).stderr;
    };
    assert.equal(await second(), "");
    await using _ = await server.sshd({ maxSessions: 1 });
    assert.match(await second(), /Session open refused by peer/);
  });

  test("maxAuthTries: a client with a wrong key first gets no further", async () => {
    const wrong = await makeKey(dirname(server.keyFile), "wrong", "ed25519");
    // Keys on the command line are offered before those of the file.
    const twoKeys = () => trySsh("-i", wrong.file, server.name, "hostname");
    await using _gentle = await server.sshd({ perSourcePenalties: false });
    assert.equal((await twoKeys()).stdout, "gate\n");

    await using _ = await server.sshd({ perSourcePenalties: false, maxAuthTries: 1 });
    assert.match((await twoKeys()).stderr, /Too many authentication failures/);
  });

  test("passwordAuthentication: a password is asked for only where that is on", async () => {
    const methods = async () =>
      (await trySsh("-o", "PreferredAuthentications=none", server.name, "true")).stderr;
    await using _gentle = await server.sshd({ perSourcePenalties: false });
    assert.match(await methods(), /Permission denied \(publickey\)/);
    await using _ = await server.sshd({ perSourcePenalties: false, passwordAuthentication: true });
    assert.match(await methods(), /Permission denied \(publickey,password\)/);
  });

  test("a change leaves open sessions open", async () => {
    await using session = openSession(server);
    assert.equal(await session.echo("before"), "before");
    await using _ = await server.sshd({ maxSessions: 1 });
    assert.equal(await session.echo("after"), "after");
  });
});
