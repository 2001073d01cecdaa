import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";
import { ssh } from "../rig/servers/access.ts";
import { banner } from "../rig/servers/ready.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";

const kinds = ["docker", "docker", "newest"] as const;

describe("servers on one network", () => {
  let rig: Engine;
  let fleet: Servers<typeof kinds>;
  before(async () => {
    rig = await engine();
    const starting = servers(kinds, { engine: rig });
    await image("busybox:1", { engine: rig });
    fleet = await starting;
  });
  after(() => fleet?.[Symbol.asyncDispose]());

  const say = async (server: Server, line: string) => (await run(ssh(server, line))).stdout.trim();
  /** What people do where there is no registry. Over SSH, from one engine to another. */
  const load = (server: Server) =>
    run({
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

  test("have names and addresses of their own, and see each other", async () => {
    const names = fleet.servers.map(({ name }) => name);
    assert.deepEqual(names, ["docker", "docker-2", "newest"]);
    assert.equal(new Set(fleet.servers.map(({ address }) => address)).size, 3);
    for (const server of fleet.servers) {
      for (const name of names) assert.match(await say(server, `ping -c 1 -W 5 ${name}`), / 0% packet loss/);
    }
  });

  test("are reached by IPv6 as well, where this machine has it, before and after a cut", async (t) => {
    const [server] = fleet.servers;
    const { address6 } = server;
    if (address6 === undefined) return t.skip("this machine has no IPv6");
    const ask = async () => {
      const args = [
        "-F",
        server.sshConfig,
        "-o",
        `HostName=${address6}`,
        server.name,
        "echo $SSH_CONNECTION",
      ];
      return (await run({ program: "ssh", args })).stdout.split(" ")[2];
    };
    assert.equal(await ask(), address6);
    await (await server.cut()).end();
    await banner(address6, server.port, 10_000);
    assert.equal(await ask(), address6);
  });

  test("load an image and run it, whatever the store", async () => {
    for (const server of fleet.servers) {
      await load(server);
      const line = "docker run --rm --network none --memory 64m busybox:1 sh -c 'echo $((6 * 7))'";
      assert.equal(await say(server, line), "42", server.name);
    }
  });

  test("make a swarm: an overlay network across them, on which all replicas answer", async () => {
    const members = fleet.servers;
    const [first, ...others] = members;
    await say(first, `docker swarm init --advertise-addr ${first.address}`);
    const token = await say(first, "docker swarm join-token -q worker");
    for (const other of others) {
      await say(
        other,
        `docker swarm join --advertise-addr ${other.address} --token ${token} ${first.address}`,
      );
    }
    await say(first, "docker network create --driver overlay --attachable mesh");
    // The kernels of small machines may lack IPVS, so no virtual address; and no registry knows the image.
    await say(
      first,
      "docker service create --quiet --name web --replicas 3 --replicas-max-per-node 1 --network mesh " +
        "--endpoint-mode dnsrr --update-monitor 1s --no-resolve-image busybox:1 sh -c 'hostname > /tmp/index.html; exec httpd -f -h /tmp'",
    );
    const nodes = await say(
      first,
      "docker service ps web --filter desired-state=running --format '{{.Node}}'",
    );
    assert.deepEqual(nodes.split("\n").sort(), ["docker", "docker-2", "newest"]);

    const ask =
      "for ip in $(nslookup tasks.web 127.0.0.11 | sed -n '/^Name:/,$ s/^Address.*: //p'); do wget -qO- http://$ip/; done";
    for (const server of members) {
      const answers = await say(
        server,
        `docker run --rm --network mesh busybox:1 sh -c '${ask.replaceAll("'", `'\\''`)}'`,
      );
      assert.equal(new Set(answers.split("\n")).size, 3, `from ${server.name}: ${answers}`);
    }
  });
});
