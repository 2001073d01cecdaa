// What gets in the way of a shipment, on real servers: nothing is lost, nothing is sent twice, nothing half-done is left.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { connect } from "../../src/engine/docker/index.ts";
import type { Yard } from "../../src/engine/image/index.ts";
import { Fault, type Report } from "../../src/engine/process/index.ts";
import type { Link, Pool } from "../../src/engine/server/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image as rigImage } from "../rig/images/image.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";
import { imageOf, loadsOn, poolOf, shipTo, yardIn } from "./shipping.ts";

const never = new AbortController().signal;
const arriving = "/var/lib/sistership/arriving";
const kinds = ["docker", { software: "docker", login: "sudo" }] as const;

describe("what gets in the way of a shipment", () => {
  let rig: Engine;
  let fleet: Servers<typeof kinds>;
  let connections: Pool;
  let image: Awaited<ReturnType<typeof imageOf>>;
  const home = mkdtempSync(join(tmpdir(), "sistership-ship-"));
  const size = 40_000_000;

  before(async () => {
    rig = await engine();
    await rigImage("busybox:1", { engine: rig });
    image = await imageOf(rig, "sistership-test-ship:faults", [{ "data.bin": size }, { "app.js": "app" }]);
    fleet = await servers(kinds, { engine: rig });
    connections = poolOf(fleet.sshConfig, { sudo: async () => fleet.servers[1].sudoPassword });
  });
  after(async () => {
    await connections?.[Symbol.asyncDispose]();
    await fleet?.[Symbol.asyncDispose]();
    await image?.[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  beforeEach(() => Promise.all(fleet.servers.map(forget)));

  const yard = async (options: { stallMs?: number } = {}): Promise<Yard> =>
    yardIn(
      mkdtempSync(join(home, "cache-")),
      await connect({ host: `unix://${rig.socket}`, from: "the rig" }),
      options,
    );
  const linkTo = ({ name }: Server): Promise<Link> => connections.link({ name, address: name }, never);
  const left = async (server: Server) =>
    (await server.inside(["sh", "-c", `ls -A ${arriving}; docker images -q sistership-arriving`])).stdout;
  const forget = (server: Server) =>
    server.inside(["sh", "-c", `docker image prune -af >/dev/null; rm -f ${arriving}/*`]);
  /** Calls once, when half of it has arrived. */
  const halfWay = (then: () => void) => {
    let over = false;
    return (report: Report) => {
      if (over || report.kind !== "progress" || report.progress.done * 2 < size) return;
      over = true;
      then();
    };
  };

  test("goes on by itself where the connection was cut", async () => {
    const [server] = fleet.servers;
    await using _ = await server.slow({ mbit: 80 });
    let cut: Promise<unknown> | undefined;
    const onReport = halfWay(() => {
      cut = server.inside(["pkill", "-9", "-f", "sshd-session: root@notty"]);
    });
    const { proofs } = await shipTo(await yard(), [await linkTo(server)], image.name, "cut:1", { onReport });
    assert.ok(cut, "it was cut");
    await cut;
    // what was on its way at that moment is lost
    assert.ok((proofs[0]?.sent ?? 0) < size * 1.1, `${proofs[0]?.sent}`);
    assert.equal(await left(server), "");
  });

  test("waits for a server that boots anew meanwhile, and sends only the rest", async () => {
    const [server] = fleet.servers;
    await using _ = await server.slow({ mbit: 80 });
    let booted: Promise<void> | undefined;
    const onReport = halfWay(() => {
      booted = server.restart();
    });
    const { proofs } = await shipTo(await yard(), [await linkTo(server)], image.name, "boot:1", { onReport });
    assert.ok(booted, "it was booted");
    await booted;
    // what the kernel had not yet written when it went is sent again
    assert.ok((proofs[0]?.sent ?? 0) < size * 1.3, `${proofs[0]?.sent}`);
    assert.equal(await left(server), "");
  });

  test("sends only the rest when it is begun again", async () => {
    const [server] = fleet.servers;
    await using _ = await server.slow({ mbit: 80 });
    const cancel = new AbortController();
    const onReport = halfWay(() => cancel.abort());
    const link = await linkTo(server);
    const begun = shipTo(await yard(), [link], image.name, "again:1", { signal: cancel.signal, onReport });
    await assert.rejects(begun, (thrown) => thrown instanceof Fault && thrown.code === "cancelled");
    // another cache: the server alone knows what arrived
    const { proofs } = await shipTo(await yard(), [link], image.name, "again:1");
    assert.ok((proofs[0]?.sent ?? size) < size * 0.6, `${proofs[0]?.sent}`);
    assert.equal(await left(server), "");
  });

  test("packs anew what was damaged in the cache", async () => {
    const [first, second] = fleet.servers;
    const folder = mkdtempSync(join(home, "cache-"));
    const withCache = yardIn(folder, await connect({ host: `unix://${rig.socket}`, from: "the rig" }));
    await shipTo(withCache, [await linkTo(first)], image.name, "damaged:1");
    const file = largestIn(join(folder, "layers"));
    const sound = readFileSync(file);
    const damaged = Buffer.from(sound);
    damaged.writeUInt8(damaged.readUInt8(size / 2) ^ 1, size / 2);
    writeFileSync(file, damaged);
    const { proofs } = await shipTo(withCache, [await linkTo(second)], image.name, "damaged:1");
    assert.ok((proofs[0]?.sent ?? 0) > size * 2, "it was sent once more");
    assert.ok(readFileSync(file).equals(sound));
    assert.equal(await left(second), "");
  });

  test("takes back what it had unpacked when it is cancelled, and still sends only the rest", async () => {
    const [server] = fleet.servers;
    const half = 70_000_000;
    const layers = [{ "lower.bin": half }, { "upper.bin": half }];
    await using large = await imageOf(rig, "sistership-test-ship:lower", layers);
    await using _ = await server.slow({ mbit: 160 });
    const link = await linkTo(server);
    const cancel = new AbortController();
    const onReport = (report: Report) => {
      // its lower half has arrived by then, and is being unpacked or is there
      if (report.kind === "progress" && report.progress.done > 1.5 * half) cancel.abort();
    };
    const since = Date.now();
    const begun = shipTo(await yard(), [link], large.name, "lower:1", { signal: cancel.signal, onReport });
    await assert.rejects(begun, (thrown) => thrown instanceof Fault && thrown.code === "cancelled");
    assert.equal((await loadsOn(server, since)).length, 1);
    assert.equal((await server.inside(["docker", "images", "--all", "--quiet"])).stdout, "");
    const { proofs } = await shipTo(await yard(), [link], large.name, "lower:1");
    assert.ok((proofs[0]?.sent ?? half) < half, `${proofs[0]?.sent}`);
    assert.equal(await left(server), "");
  });

  test("clears up after one that was killed over the same image, but for what runs", async () => {
    const [server] = fleet.servers;
    const on = async (line: string) => (await server.inside(["sh", "-c", line])).stdout.trim();
    const link = await linkTo(server);
    const { proofs } = await shipTo(await yard(), [link], image.name, "killed:1");
    const config = proofs[0]?.config.slice("sha256:".length, "sha256:".length + 12);
    const [idle, runs] = ["1", "2"].map((n) => `sistership-arriving:lower-${config}-${n}-abcdef01`);
    await on(`docker tag killed:1 ${idle} && docker tag killed:1 killed:kept && docker rmi killed:1`);
    await on(`echo FROM killed:kept | DOCKER_BUILDKIT=0 docker build --quiet --label own=1 --tag ${runs} -`);
    const container = await on(`docker run --detach ${runs}`);
    try {
      await shipTo(await yard(), [link], image.name, "killed:2");
      assert.equal(await on(`docker inspect --format '{{.State.Running}}' ${container}`), "true");
      assert.doesNotMatch(await on("docker images"), new RegExp(`lower-${config}-1`));
    } finally {
      await on(`docker rm --force ${container}; docker rmi ${runs}`);
    }
    assert.equal(await left(server), "");
  });

  test("notices that nothing moves, and goes on", async () => {
    const [server] = fleet.servers;
    await using _ = await server.slow({ mbit: 80 });
    let standing: Promise<void> | undefined;
    const onReport = halfWay(() => {
      standing = (async () => {
        // its writer stands still, while the connection is sound
        await server.inside(["pkill", "-STOP", "-x", "dd"]);
      })();
    });
    const { proofs } = await shipTo(
      await yard({ stallMs: 1500 }),
      [await linkTo(server)],
      image.name,
      "stall:1",
      {
        onReport,
      },
    );
    assert.ok(standing, "it stood still");
    await standing;
    assert.ok((proofs[0]?.sent ?? 0) < size * 1.3, `${proofs[0]?.sent}`);
  });

  test("says that the disk is full, and leaves nothing on it", async () => {
    const [server] = fleet.servers;
    await server.inside(["sh", "-c", `mkdir -p ${arriving} && mount -t tmpfs -o size=120m none ${arriving}`]);
    try {
      await using _ = await server.slow({ mbit: 80 });
      const fill = () =>
        void server.inside(["sh", "-c", `head -c 120m /dev/zero > ${arriving}/filler`, "fill"], {
          accept: [0, 1],
        });
      const shipping = shipTo(await yard(), [await linkTo(server)], image.name, "full:1", {
        onReport: halfWay(fill),
      });
      await assert.rejects(shipping, (thrown) => {
        assert.ok(thrown instanceof Fault);
        assert.equal(thrown.code, "server-full", thrown.says);
        assert.match(thrown.says, /^docker has no room for the image/);
        return true;
      });
      assert.equal(await left(server), "");
      // and before anything is sent, where it shows
      await server.inside(["sh", "-c", `mount -o remount,size=50m ${arriving}`]);
      const again = shipTo(await yard(), [await linkTo(server)], image.name, "full:1");
      await assert.rejects(again, (thrown) => thrown instanceof Fault && thrown.code === "server-full");
    } finally {
      await server.inside(["umount", arriving]);
    }
  });

  test("needs no forwarding and two sessions, and becomes root where it must", async () => {
    const layers = [{ "lower.bin": 70_000_000 }, { "upper.bin": 70_000_000 }];
    await using large = await imageOf(rig, "sistership-test-ship:closed", layers);
    for (const server of fleet.servers) {
      await using _ = await server.sshd({
        allowTcpForwarding: false,
        allowStreamLocalForwarding: false,
        maxSessions: 2,
      });
      await using own = poolOf(fleet.sshConfig, { sudo: async () => server.sudoPassword });
      const link = await own.link({ name: server.name, address: server.name }, never);
      const since = Date.now();
      const { proofs } = await shipTo(await yard(), [link], large.name, "closed:1");
      assert.ok((proofs[0]?.sent ?? 0) >= 140_000_000);
      assert.equal((await loadsOn(server, since)).length, 2);
      assert.equal(await left(server), "");
    }
  });

  test("takes a layer of 1.5 GB", async () => {
    const [server] = fleet.servers;
    await using big = await imageOf(
      rig,
      "sistership-test-ship:big",
      [],
      "RUN head -c 1500000000 /dev/zero > /big",
    );
    const { proofs } = await shipTo(await yard(), [await linkTo(server)], big.name, "big:1");
    assert.equal(proofs[0]?.full, false);
    const said = await server.inside(["docker", "run", "--rm", "big:1", "sh", "-c", "wc -c < /big"]);
    assert.equal(said.stdout.trim(), "1500000000");
  });
});

function largestIn(folder: string): string {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const [largest] = files.sort((a, b) => statSync(b).size - statSync(a).size);
  assert.ok(largest, `${folder} is empty`);
  return largest;
}
