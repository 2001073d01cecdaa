import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { before, describe, test } from "node:test";
import { type Container, runContainer } from "../rig/docker/container.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";

const root = resolve(import.meta.dirname, "../..");
const usual = "/var/run/docker.sock";

/** A Debian 12 without any Docker, which sees this repository and its Node read-only. */
function bareMachine(docker: Engine, options: readonly string[] = []): Promise<Container> {
  return runContainer(docker, {
    image: "debian:12",
    env: {
      SISTERSHIP_RIG_CACHE: "/cache",
      PATH: `${join(root, "node_modules/node/bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
    },
    options: [
      ...["--init", "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"],
      ...["seccomp", "apparmor", "systempaths"].flatMap((name) => ["--security-opt", `${name}=unconfined`]),
      ...["--volume", "/sys/fs/cgroup:/sys/fs/cgroup", "--volume", `${root}:${root}:ro`],
      ...options,
    ],
    command: ["sleep", "infinity"],
  });
}

const ownDisk = ["--volume", "/cache"];

/** Calls one function of the rig inside. */
async function call(
  machine: Container,
  expression: string,
  env: Record<string, string> = {},
): Promise<unknown> {
  const script = `const rig = await import(${JSON.stringify(join(root, "test/rig/docker/engine.ts"))});
try { console.log(JSON.stringify(await rig.${expression})); } catch (error) { console.log(JSON.stringify(error.message)); }`;
  const { stdout } = await machine.exec(["node", "--input-type=module", "-e", script], { env });
  return JSON.parse(stdout);
}

describe("on a bare Debian 12", () => {
  let docker: Engine;
  before(async () => {
    docker = await engine();
    await image("debian:12", { engine: docker });
  });

  test("the rig brings its own engine, keeps it, and gets over one that was killed", async () => {
    await using machine = await bareMachine(docker, ownDisk);
    const sh = async (script: string, env: Record<string, string> = {}) =>
      (await machine.exec(["sh", "-euc", script], { env })).stdout.trim();
    const pid = () => sh("cat /cache/docker/dockerd.pid");

    const atOnce = [1, 2].map(() => call(machine, "engine()", { SISTERSHIP_RUN: "a-run" }));
    const [first, other] = (await Promise.all(atOnce)).map(readEngine);
    assert.ok(first && other);
    assert.equal(first.socket, usual);
    assert.deepEqual([first.started, other.started].sort(), [false, true], "one of two starts it");
    const env = first.env;
    assert.match(await sh("docker version --format '{{.Server.Version}}'", env), /^2[6-9]\./);
    assert.match(await sh("docker compose version --short; docker buildx version", env), /^2\..*\n.*buildx/);
    await sh("tar -c -C /etc hostname | docker import - kept:1", env);
    const begun = await pid();
    assert.equal(
      await sh(`tr '\\0' '\\n' < /proc/${begun}/environ | grep -c '^SISTERSHIP_RUN=' || true`),
      "0",
    );

    const second = readEngine(await call(machine, "engine()"));
    assert.equal(second.started, false);
    assert.equal(await pid(), begun);

    await sh(`kill -9 ${begun}; tail --pid=${begun} -f /dev/null`);
    const third = readEngine(await call(machine, "engine()"));
    assert.equal(third.started, true);
    assert.notEqual(await pid(), begun);
    assert.equal(await sh("docker images --format '{{.Repository}}'", env), "kept");

    assert.equal(await call(machine, "stopEngine()"), true);
    assert.equal(await call(machine, "stopEngine()"), false);
    assert.equal(await sh("ls /proc/*/exe -l 2>/dev/null | grep -cE 'dockerd|containerd' || true"), "0");

    // The number in a pid file that was left may belong to anybody by now.
    await sh("echo 1 > /cache/docker/dockerd.pid");
    assert.equal(readEngine(await call(machine, "engine()")).started, true);
    assert.equal(await call(machine, "stopEngine()"), true);
  });

  test("without a network it says that no mirror was reached", async () => {
    await using machine = await bareMachine(docker, [...ownDisk, "--network", "none"]);
    assert.match(
      String(await call(machine, "engine()")),
      /^apt-get update reached no Debian mirror \(.*\): check the network or the proxy/,
    );
  });

  test("with too little disk it says how much there is", async () => {
    await using machine = await bareMachine(docker, ["--tmpfs", "/cache:size=1g"]);
    assert.match(
      String(await call(machine, "engine()")),
      /^Only 1\.1 GB are free on the disk of \/cache\/docker/,
    );
  });

  test("without root it says so", async () => {
    await using machine = await bareMachine(docker, [
      "--user",
      "1000:1000",
      "--tmpfs",
      "/cache:uid=1000,size=6g",
    ]);
    assert.match(String(await call(machine, "engine()")), /only root can start one: run this as root/);
  });
});

function readEngine(said: unknown): Engine {
  assert.ok(isEngine(said), String(said));
  return said;
}

function isEngine(said: unknown): said is Engine {
  return typeof said === "object" && said !== null && "socket" in said && "env" in said;
}
