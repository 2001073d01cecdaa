import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Fault, run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";
import { ssh } from "../rig/servers/access.ts";
import { banner } from "../rig/servers/ready.ts";
import type { Server } from "../rig/servers/server.ts";
import { server as makeServer } from "../rig/servers/servers.ts";
import { openSession } from "./session.ts";

describe("what happens to a server", () => {
  let rig: Engine;
  let server: Server & AsyncDisposable;
  before(async () => {
    rig = await engine();
    server = await makeServer("docker", { engine: rig });
  });
  after(() => server?.[Symbol.asyncDispose]());

  const say = async (line: string) => (await run(ssh(server, line))).stdout.trim();

  test("cut: an open session hangs and a new one fails; mended, the old one goes on", async () => {
    await using session = openSession(server);
    assert.equal(await session.echo("before"), "before");

    const cut = await server.cut();
    const heard: string[] = [];
    const answer = session.echo("during").then((text) => heard.push(text));
    const { program, args = [] } = ssh(server, "true");
    const failed = await run({ program, args: ["-o", "ConnectTimeout=2", ...args] }, { accept: [255] });
    assert.match(failed.stderr, /timed out|No route to host/);
    assert.deepEqual(heard, []);

    await cut.end();
    await answer;
    assert.deepEqual(heard, ["during"]);
    assert.equal(await say("hostname"), server.name);
  });

  test("slow: as many bytes take as long as the link says, both ways, and as before when it is over", async () => {
    const bytes = 1_200_000;
    const up = () => timed(() => run(ssh(server, "cat > /dev/null", Buffer.alloc(bytes))));
    const down = () => timed(() => say(`head -c ${bytes} /dev/zero | tr '\\0' x`));
    const free = { up: await up(), down: await down() };

    const mbit = 4;
    const slow = await server.slow({ mbit });
    const least = (bytes * 8 * 1000) / (mbit * 1e6);
    for (const [way, ms] of Object.entries({ up: await up(), down: await down() })) {
      assert.ok(ms > 0.9 * least, `${way} took ${ms} ms, at least ${least} were due`);
      assert.ok(ms < 2 * least, `${way} took ${ms} ms, about ${least} were due`);
    }
    await slow.end();

    const again = { up: await up(), down: await down() };
    for (const way of ["up", "down"] as const) {
      assert.ok(free[way] < 0.7 * least, `${way} took ${free[way]} ms unshaped`);
      assert.ok(again[way] < 0.7 * least, `${way} took ${again[way]} ms when it was over`);
    }
  });

  test("slow: each round trip takes longer, after a cut and a restart too", async () => {
    const delayMs = 200;
    // The handshake is one round trip, sshd's first words are half of the next.
    const roundTrips = () => timed(() => banner(server.address, server.port, 10_000));
    assert.ok((await roundTrips()) < delayMs);

    const slow = await server.slow({ delayMs });
    assert.ok((await roundTrips()) > 2 * delayMs);
    await (await server.cut()).end();
    assert.ok((await roundTrips()) > 2 * delayMs);
    await server.restart();
    assert.ok((await roundTrips()) > 2 * delayMs);
    await slow.end();
    assert.ok((await roundTrips()) < delayMs);
  });

  test("pause: nothing moves on it until it goes on", async () => {
    const pause = await server.pause();
    await assert.rejects(run(ssh(server, "true"), { timeoutMs: 1500 }), (error) => {
      return error instanceof Fault && error.code === "timed-out";
    });
    await pause.end();
    assert.equal(await say("hostname"), server.name);
  });

  test("restart and reboot: the same host key, the same images, sshd and Docker up again", async () => {
    await image("busybox:1", { engine: rig });
    await run({
      program: "sh",
      args: [
        "-c",
        'docker save busybox:1 | ssh -F "$1" "$2" docker load',
        "sh",
        server.sshConfig,
        server.name,
      ],
      env: rig.env,
    });
    const booted = "systemctl show --property UserspaceTimestamp --value";
    const before = await say(`${booted}; docker images -q`);

    await server.restart();
    const restarted = await say(`${booted}; docker images -q`);
    assert.notEqual(restarted.split("\n")[0], before.split("\n")[0]);
    assert.equal(restarted.split("\n")[1], before.split("\n")[1]);

    const down = run({ program: "docker", args: ["wait", server.container], env: rig.env });
    await run(ssh(server, "reboot"), { accept: [0, 255] });
    await down;
    await server.booted();
    const rebooted = await say(`${booted}; docker images -q`);
    assert.notEqual(rebooted.split("\n")[0], restarted.split("\n")[0]);
    assert.equal(rebooted.split("\n")[1], before.split("\n")[1]);
  });
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
