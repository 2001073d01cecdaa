// Images reach real servers by what they lack of them, and are there what they are here.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "../../src/engine/docker/index.ts";
import { dockerOn, type Link, type Pool } from "../../src/engine/server/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image as rigImage } from "../rig/images/image.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";
import { imageOf, loadsOn, poolOf, shipTo, yardIn } from "./shipping.ts";

const never = new AbortController().signal;

describe("shipping", () => {
  let rig: Engine;
  let fleet: Servers<readonly ["docker", "newest", "newest"]>;
  let connections: Pool;
  let links: Link[];
  const home = mkdtempSync(join(tmpdir(), "sistership-ship-"));
  const folder = () => mkdtempSync(join(home, "cache-"));
  const here = () => connect({ host: `unix://${rig.socket}`, from: "the rig" });

  before(async () => {
    rig = await engine();
    await rigImage("busybox:1", { engine: rig });
    fleet = await servers(["docker", "newest", "newest"], { engine: rig });
    connections = poolOf(fleet.sshConfig);
    links = await Promise.all(
      fleet.servers.map(({ name }) => connections.link({ name, address: name }, never)),
    );
  });
  after(async () => {
    await connections[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });
  const linkTo = (place: number): Link => {
    const link = links[place];
    if (link === undefined) throw new Error(`there is no server ${place}`);
    return link;
  };

  test("sends a second version by what changed in it, to three servers at once, of both kinds of stores", async () => {
    const yard = yardIn(folder(), await here());
    const big = { "data.bin": 6_000_000 };
    await using one = await imageOf(rig, "sistership-test-ship:one", [big, { "app.js": "one" }]);
    const there = [linkTo(0), linkTo(1), linkTo(2)];
    const first = await shipTo(yard, there, one.name, "ship-web:one");
    assert.ok(first.proofs.every(({ sent }) => sent > 6_000_000));
    await using two = await imageOf(rig, "sistership-test-ship:two", [{ "app.js": "two" }]);
    const second = await shipTo(yard, there, two.name, "ship-web:two");
    assert.deepEqual(
      second.proofs.map(({ full }) => full),
      [false, false, false],
    );
    assert.ok(second.proofs.every(({ sent }) => sent < 20_000));
    const third = await shipTo(yard, there, two.name, "ship-web:two");
    assert.deepEqual(
      third.proofs.map(({ sent }) => sent),
      [0, 0, 0],
    );
    for (const server of fleet.servers) {
      const said = await server.inside(["docker", "run", "--rm", "ship-web:two", "cat", "/layer-0/app.js"]);
      assert.equal(said.stdout.trim(), "two");
      const { stdout } = await server.inside(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]);
      assert.deepEqual(stdout.trim().split("\n").sort(), ["ship-web:one", "ship-web:two"]);
    }
  });

  test("ships from an engine with containerd's store to both kinds", async () => {
    const [, , newest] = fleet.servers;
    // packed as that engine packs, for it built the image itself
    await using base = await imageOf(rig, "sistership-test-ship:base", [{ "a.bin": 100_000 }]);
    await shipTo(yardIn(folder(), await here()), [linkTo(2)], base.name, "base:1");
    const dockerfile = "FROM base:1\nRUN head -c 3000000 /dev/urandom > /own\nRUN echo 2 > /last\n";
    await newest.inside(["sh", "-c", "DOCKER_BUILDKIT=0 docker build -q -t own:1 -"], { input: dockerfile });
    const yard = yardIn(folder(), await dockerOn(linkTo(2)));
    const { proofs } = await shipTo(yard, [linkTo(0), linkTo(1)], "own:1", "own:1");
    assert.deepEqual(
      proofs.map(({ engine, full }) => [engine.store, full]),
      [
        ["overlay2", false],
        ["containerd", false],
      ],
    );
    assert.equal(new Set(proofs.map(({ config, layers }) => JSON.stringify([config, layers]))).size, 1);
    for (const server of fleet.servers.slice(0, 2)) {
      const said = await server.inside([
        "docker",
        "run",
        "--rm",
        "own:1",
        "sh",
        "-c",
        "cat /last; wc -c < /own",
      ]);
      assert.equal(said.stdout, "2\n3000000\n");
    }
  });

  test("has the lower layers of a large image unpacked while the upper ones are on their way", async () => {
    const yard = yardIn(folder(), await here());
    const layers = [{ "lower.bin": 70_000_000 }, { "upper.bin": 70_000_000 }];
    await using large = await imageOf(rig, "sistership-test-ship:large", layers);
    const since = Date.now();
    const { proofs } = await shipTo(yard, [linkTo(0), linkTo(1)], large.name, "large:1");
    assert.deepEqual(
      proofs.map(({ full }) => full),
      [false, false],
    );
    for (const server of fleet.servers.slice(0, 2)) {
      const on = async (line: string) => (await server.inside(["sh", "-c", line])).stdout.trim();
      assert.equal((await loadsOn(server, since)).length, 2);
      assert.doesNotMatch(await on("docker images --all"), /sistership-arriving|<none>/);
      assert.equal(await on("docker run --rm large:1 sh -c 'cat /layer-*/*.bin | wc -c'"), "140000000");
    }
  });
});
