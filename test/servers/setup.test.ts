// A server that a provider has handed over is made ready, alone and in a group; whatever gets in the way does no harm.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Fault, operate, type Report, type Task } from "../../src/engine/process/index.ts";
import {
  type Asker,
  edgeConfig,
  facts,
  join,
  leave,
  loadEdge,
  type Pool,
  pool as poolOf,
  type Route,
  saveAndLoad,
  setUp,
  setUpPlan,
  type Wishes,
} from "../../src/engine/server/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";

const kinds = ["bare", "sudo", "docker"] as const;

describe("setting servers up", { concurrency: true }, () => {
  const home = mkdtempSync(path(tmpdir(), "sistership-"));
  let fleet: Servers<typeof kinds>;
  let pool: Pool;
  let carry: ReturnType<typeof saveAndLoad>;
  let asked = 0;
  before(async () => {
    const rig = await engine();
    await image("caddy:2", { engine: rig });
    fleet = await servers(kinds, { engine: rig });
    const asker: Asker = {
      trust: async () => false,
      passphrase: async () => undefined,
      password: async () => undefined,
      sudo: async () => {
        asked++;
        return fleet.servers[1].sudoPassword;
      },
    };
    const machine = { home, user: "nobody", hostname: "here", env: {}, platform: process.platform };
    pool = poolOf({ ...machine, configFile: fleet.sshConfig }, asker);
    carry = saveAndLoad({ env: { ...process.env, ...rig.env }, home: homedir(), platform: process.platform });
  });
  after(async () => {
    await pool?.[Symbol.asyncDispose]();
    await fleet?.[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  const target = ({ name }: Server) => ({ name, address: name });
  const { signal } = new AbortController();
  const look = async (server: Server) =>
    facts(await pool.link(target(server), signal), { signal, root: true });
  const planned = async (server: Server, wishes?: Wishes) =>
    setUpPlan(server.name, await look(server), wishes);
  /** Runs an operation and keeps how its steps ended. */
  const doing = async <T>(
    work: (task: Task) => Promise<T>,
    onReport: (report: Report) => void = () => {},
  ) => {
    const steps = new Map<string, string>();
    const report = (one: Report) => {
      if (one.kind === "step") steps.set(one.step.id, one.step.state);
      onReport(one);
    };
    return { result: await operate({ title: "Set up", about: "test", signal, report }, work), steps };
  };
  const setUpNow = async (server: Server, wishes?: Wishes, onReport?: (report: Report) => void) => {
    const plan = await planned(server, wishes);
    return await doing((task) => setUp({ pool, target: target(server), carry }, plan, task), onReport);
  };
  const fails = (promise: Promise<unknown>, code: string, says: RegExp) =>
    assert.rejects(promise, (thrown) => {
      assert.ok(thrown instanceof Fault, String(thrown));
      assert.equal(thrown.code, code, thrown.says);
      assert.match(thrown.says, says);
      return true;
    });

  test("bare, then in a group: set up as root and with sudo, each a group of one; joined, they see each other; left again", async () => {
    const [bare, sudo] = fleet.servers;
    const fresh = await look(bare);
    assert.equal(fresh.docker.state, "missing");
    assert.equal(fresh.swarm.role, "none");
    assert.match(fresh.system.name, /^Debian GNU\/Linux 13/);
    assert.deepEqual(fresh.ssh?.port, 22);
    assert.ok(
      fresh.clock && Math.abs(fresh.clock.milliseconds) <= fresh.clock.within,
      JSON.stringify(fresh.clock),
    );

    await Promise.all([setUpNow(bare), setUpNow(sudo)]);
    assert.equal(asked, 1, "sudo's password is asked for once");
    for (const server of [bare, sudo]) {
      const answer = await ask(server.address, "no-such-site.example");
      assert.deepEqual(answer, { status: 404, server: "Sistership", body: "No site has this name here.\n" });
      const { stdout } = await server.inside(["stat", "--format", "%a %U", "/var/lib/sistership"]);
      assert.equal(stdout, "700 root\n");
    }

    // The second time there is nothing to do, and it says so.
    const before = await fingerprint(bare);
    const again = await setUpNow(bare);
    const { "look-again": _, ...others } = Object.fromEntries(again.steps);
    assert.deepEqual([...new Set(Object.values(others))], ["skipped"]);
    assert.equal(await fingerprint(bare), before);

    const { result } = await doing((task) =>
      join({ pool, target: target(sudo), carry }, target(bare), {}, task),
    );
    assert.equal(result.swarm.role, "worker");
    const group = (await look(bare)).swarm;
    assert.ok(group.role === "manager");
    assert.deepEqual(group.members.map(({ server, state }) => [server, state]).sort(), [
      ["bare", "ready"],
      ["sudo", "ready"],
    ]);
    const { stdout: log } = await sudo.inside([
      "sh",
      "-c",
      "journalctl -q --no-pager -o cat; cat /var/log/auth.log 2>/dev/null; true",
    ]);
    assert.doesNotMatch(log, /SWMTKN/);
    await seeEachOther(bare, sudo);
    assert.equal((await ask(sudo.address, "no-such-site.example")).server, "Sistership");

    await doing((task) => leave({ pool, target: target(sudo) }, { via: target(bare) }, task));
    assert.equal((await look(sudo)).swarm.role, "none");
    const alone = (await look(bare)).swarm;
    assert.ok(alone.role === "manager" && alone.members.length === 1);
  });

  test("what is in the way is named and left alone; a cut and a rule that locks out do no harm", async () => {
    const [, , docker] = fleet.servers;
    await docker.inside(["docker", "swarm", "init"]);
    await docker.inside([
      "docker",
      "service",
      "create",
      "-qd",
      "--no-resolve-image",
      "--name",
      "theirs",
      "theirs:1",
    ]);
    await fails(
      setUpNow(docker),
      "swarm-foreign",
      /docker belongs to a swarm that Sistership did not make \(it runs theirs\)/,
    );
    await docker.inside(["docker", "swarm", "leave", "--force"]);

    await docker.inside([
      "sh",
      "-c",
      "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nginx-light ufw",
    ]);
    await fails(
      setUpNow(docker),
      "port-taken",
      /Port 80 of docker is held by nginx \(process \d+\): stop that/,
    );
    await docker.inside(["systemctl", "is-active", "nginx"]); // it still runs
    await docker.inside(["systemctl", "disable", "--now", "nginx"]);

    // A rule that sleeps in a firewall that is off would shut us out as soon as it is on.
    const here = (await look(docker)).ssh?.from ?? "";
    await docker.inside(["ufw", "deny", "from", here, "to", "any", "port", "22", "proto", "tcp"]);
    const rules = async () =>
      (
        await docker.inside([
          "sh",
          "-c",
          "cat /etc/ufw/*.rules /etc/ufw/ufw.conf /etc/default/ufw; ufw status",
        ])
      ).stdout;
    const asFound = await rules();
    await fails(setUpNow(docker), "would-lock-out", /could not be reached any more: its old ones are back/);
    assert.equal(await rules(), asFound);
    assert.match(asFound, /Status: inactive/);
    await (await pool.anew(target(docker), signal))[Symbol.asyncDispose]();
    assert.doesNotMatch(
      (await docker.inside(["systemctl", "list-units", "--all", "sistership-undo*"])).stdout,
      /sistership-undo/,
    );
    await docker.inside(["ufw", "--force", "reset"]);

    // Cut while the image is on its way: what was done stays, and the next run goes on.
    let cut: ReturnType<Server["cut"]> | undefined;
    const onReport = (report: Report) => {
      if (report.kind === "step" && report.step.id === "image" && report.step.state === "running")
        cut = docker.cut();
    };
    await fails(setUpNow(docker, {}, onReport), "connection-lost", /The connection to docker was lost/);
    await (await cut)?.end();
    const { steps } = await setUpNow(docker, { user: { name: "ship", sudo: true } });
    assert.equal(steps.get("swarm"), "skipped");
    assert.equal(steps.get("image"), "done");
    assert.equal(steps.get("edge"), "done");
    assert.equal((await ask(docker.address, "no-such-site.example")).status, 404);

    // The user that deploys is let in by the same key, may use Docker, and becomes root without a password.
    const ship = await pool.link({ name: "ship", address: `ship@${docker.name}` }, signal);
    assert.equal(
      (await ship.run({ program: "docker", args: ["ps", "-q"] }, { signal })).stdout.trim().length,
      12,
    );
    assert.equal((await ship.run({ program: "sudo", args: ["-n", "id", "-u"] }, { signal })).stdout, "0\n");

    // The edge goes on with what it has where a new configuration is wrong, and is not disturbed by one that is the same.
    const link = await pool.link(target(docker), signal);
    assert.equal(await loadEdge(link, edgeConfig([]), signal), "same");
    const route = {
      hosts: ["shop.example"],
      path: "/",
      upstream: { service: "shop", port: 8000 },
      tls: "auto",
      www: true,
    } satisfies Route;
    assert.equal(await loadEdge(link, edgeConfig([route]), signal), "changed");
    assert.equal((await ask(docker.address, "www.shop.example")).status, 308);
    await fails(
      loadEdge(link, { apps: { http: { servers: { x: { listen: 5 } } } } }, signal),
      "edge-refused",
      /goes on with the one it has/,
    );
    assert.equal(await loadEdge(link, edgeConfig([route]), signal), "same");

    // Started anew, it comes back by itself, with the configuration that it was given.
    await docker.restart();
    assert.equal((await answered(docker.address, "www.shop.example")).status, 308);
    assert.equal((await ask(docker.address, "no-such-site.example")).status, 404);
  });

  /** Two tasks of one service, one on each server, hear each other by the name of the service over the overlay. */
  async function seeEachOther(...both: [Server, Server]) {
    const [one] = both;
    await one.inside([
      ...["docker", "service", "create", "-q", "--no-resolve-image", "--name", "hello", "--mode", "global"],
      ...[
        "--network",
        "sistership",
        "--endpoint-mode",
        "dnsrr",
        "--hostname",
        "{{.Node.Hostname}}",
        "caddy:2",
      ],
      ...["sh", "-c", 'caddy respond --listen :8080 "$(hostname)"'],
    ]);
    for (const server of both) {
      const heard = new Set<string>();
      const { stdout: id } = await server.inside([
        "docker",
        "ps",
        "-q",
        "--filter",
        "label=com.docker.swarm.service.name=hello",
      ]);
      for (let tries = 0; heard.size < 2 && tries < 50; tries++) {
        const say =
          "for a in $(getent ahostsv4 tasks.hello | cut -d ' ' -f 1 | sort -u); do exec 3<>/dev/tcp/$a/8080; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3; echo; done";
        const { stdout } = await server.inside(["docker", "exec", id.trim(), "bash", "-c", say], {
          accept: [0, 1, 2],
        });
        for (const line of stdout.split("\n")) if (line.trim() !== "") heard.add(line.trim());
      }
      assert.deepEqual([...heard].sort(), ["bare", "sudo"], `what ${server.name} hears`);
    }
    await one.inside(["docker", "service", "rm", "hello"]);
  }

  /** All that set-up could have changed. */
  async function fingerprint(server: Server): Promise<string> {
    const files =
      "find /etc/docker /etc/ufw /var/lib/sistership /etc/fstab /etc/group -type f | sort | xargs stat --format '%n %Y %a'";
    const swarm =
      "docker info --format '{{.Swarm.NodeID}}'; docker service inspect --format '{{.Version}}' sistership-edge; docker network ls -q; docker ps -q; dpkg -l | md5sum";
    return (await server.inside(["sh", "-c", `${files}; ${swarm}`])).stdout;
  }
});

/** The first answer of a server that is starting: nobody announces it, so it is asked. */
async function answered(address: string, host: string): ReturnType<typeof ask> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await ask(address, host);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(200);
    }
  }
}

/** What a server answers at port 80 to a name. */
function ask(address: string, host: string): Promise<{ status: number; server: string; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get(
      { host: address, port: 80, path: "/", headers: { host }, agent: false, timeout: 10_000 },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        answer.on("end", () => {
          const { statusCode = 0, headers } = answer;
          resolve({ status: statusCode, server: String(headers.server), body });
        });
      },
    );
    request.on("error", reject).on("timeout", () => request.destroy(new Error(`${address} does not answer`)));
  });
}
