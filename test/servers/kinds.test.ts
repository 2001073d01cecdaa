import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { ssh } from "../rig/servers/access.ts";
import { makeKey } from "../rig/servers/keys.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";

const kinds = ["docker", "newest", "bare", "sudo"] as const;

describe("servers of each kind", () => {
  let fleet: Servers<typeof kinds>;
  before(async () => {
    fleet = await servers(kinds);
  });
  after(() => fleet?.[Symbol.asyncDispose]());

  const say = async (server: Server, line: string, input?: string) =>
    (await run(ssh(server, line, input))).stdout.trim();
  /** What ssh says when it is not let in. */
  const refused = async (...args: string[]) => {
    const { code, stderr } = await run(
      { program: "ssh", args: ["-o", "BatchMode=yes", ...args, "true"] },
      { accept: [0, 255] },
    );
    assert.equal(code, 255, `ssh ${args.join(" ")} was let in`);
    return stderr;
  };

  test("let in whoever has the key, as the promised user, and are called by their names", async () => {
    for (const server of fleet.servers) {
      assert.equal(await say(server, "hostname; id -un"), `${server.name}\n${server.user}`);
      assert.equal(await say(server, "systemctl is-system-running"), "running");
    }
    assert.deepEqual(
      fleet.servers.map(({ user }) => user),
      ["root", "root", "root", "deploy"],
    );
  });

  test("refuse another key", async () => {
    const other = await makeKey(dirname(fleet.sshConfig), "other", "ed25519");
    for (const server of fleet.servers) {
      const said = await refused(
        ...["-F", "/dev/null", "-i", other.file, "-o", "IdentitiesOnly=yes"],
        ...["-o", `UserKnownHostsFile=${server.knownHosts}`, `${server.user}@${server.address}`],
      );
      assert.match(said, /Permission denied \(publickey\)/);
    }
  });

  test("are not mistaken for one with another host key", async () => {
    const [docker, newest] = fleet.servers;
    const file = join(dirname(fleet.sshConfig), "wrong_hosts");
    writeFileSync(file, `${newest.hostKey.replace(newest.address, docker.address)}\n`);
    const said = await refused("-F", fleet.sshConfig, "-o", `UserKnownHostsFile=${file}`, docker.name);
    assert.match(said, /Host key verification failed/);
  });

  test("docker: Debian's own, images in overlay2", async () => {
    const [docker] = fleet.servers;
    assert.match(await say(docker, "docker version --format '{{.Server.Version}}'"), /^26\.1\.5/);
    assert.equal(await say(docker, "docker info --format '{{.Driver}}'"), "overlay2");
  });

  test("newest: a later engine, images in containerd's store", async () => {
    const [, newest] = fleet.servers;
    const version = await say(newest, "docker version --format '{{.Server.Version}}'");
    assert.ok(Number.parseInt(version, 10) >= 28, version);
    assert.match(
      await say(newest, "docker info --format '{{.DriverStatus}}'"),
      /driver-type io\.containerd\.snapshotter/,
    );
  });

  test("bare: has no Docker, and gets it from Debian's packages alone", async () => {
    const [, , bare] = fleet.servers;
    assert.equal((await run(ssh(bare, "command -v docker containerd"), { accept: [127, 1] })).stdout, "");
    await say(
      bare,
      "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends docker.io docker-cli",
    );
    assert.equal(await say(bare, "systemctl is-active docker"), "active");
    assert.match(
      await say(bare, "docker info --format '{{.ServerVersion}} {{.Driver}}'"),
      /^26\..* overlay2$/,
    );
    await bare.restart();
    assert.equal(await say(bare, "systemctl is-active docker"), "active");
  });

  test("sudo: root is closed even to its key; sudo wants the password, and then does what root does", async () => {
    const [, , , sudo] = fleet.servers;
    const authorized = await sudo.inside(["cat", "/root/.ssh/authorized_keys"]);
    assert.match(authorized.stdout, /^ssh-ed25519 /);
    assert.match(await refused("-F", sudo.sshConfig, "-l", "root", sudo.name), /Permission denied/);

    const without = await run(ssh(sudo, "sudo -n id -u"), { accept: [1] });
    assert.match(without.stderr, /password is required/);
    const wrong = await run(ssh(sudo, "sudo -S -p '' id -u", "not-it\n"), { accept: [1] });
    assert.equal(wrong.stdout, "");
    assert.ok(sudo.sudoPassword);
    assert.equal(await say(sudo, "sudo -S -p '' id -u", `${sudo.sudoPassword}\n`), "0");

    await say(sudo, "sudo -S -p '' touch /root/made", `${sudo.sudoPassword}\n`);
    assert.equal((await sudo.inside(["stat", "--format", "%U", "/root/made"])).stdout, "root\n");
  });
});
