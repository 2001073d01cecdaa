// What the extension and the CLI say of real servers.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault, operate, type Report } from "../../src/engine/process/index.ts";
import { checkServer, sshHosts } from "../../src/engine/server/index.ts";
import { makeKey } from "../rig/servers/keys.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";

describe("a look at a server", () => {
  let fleet: Servers<readonly ["docker", "bare"]>;
  before(async () => {
    fleet = await servers(["docker", "bare"]);
  });
  after(() => fleet[Symbol.asyncDispose]());

  const look = (name: string, configFile: string, signal = new AbortController().signal) => {
    const reports: Report[] = [];
    const options = { title: "Check", about: name, signal, report: (report: Report) => reports.push(report) };
    return operate(options, (task) => checkServer(name, { configFile }, task));
  };
  const fails = (promise: Promise<unknown>, says: RegExp) =>
    assert.rejects(promise, (thrown) => {
      assert.ok(thrown instanceof Fault);
      assert.equal(thrown.code, "server-unreachable");
      assert.match(thrown.says, says);
      return true;
    });
  /** The configuration of the fleet with something changed. */
  const changed = (change: (text: string) => string) => {
    const file = join(fleet.sshConfig, "..", "changed_config");
    writeFileSync(file, change(readFileSync(fleet.sshConfig, "utf8")));
    return file;
  };

  test("finds the hosts that its configuration names", () => {
    assert.deepEqual(
      sshHosts(fleet.sshConfig, "/nowhere").map(({ name }) => name),
      ["docker", "bare"],
    );
  });

  test("says its system, cores and Docker", async () => {
    const facts = await look("docker", fleet.sshConfig);
    assert.match(facts.system, /^Debian GNU\/Linux 13/);
    assert.ok(facts.cores >= 1);
    assert.match(facts.docker ?? "", /^26\.1/);
  });

  test("says that there is no Docker where there is none", async () => {
    assert.equal((await look("bare", fleet.sshConfig)).docker, undefined);
  });

  test("says that a host key has changed, and sends nothing", async () => {
    const [docker] = fleet.servers;
    const other = fleet.servers[1].hostKey.split(" ").slice(1).join(" ");
    const known = join(fleet.sshConfig, "..", "other_known_hosts");
    writeFileSync(known, `${docker.hostKey.split(" ")[0]} ${other}\n`);
    const file = changed((text) => text.replaceAll(/UserKnownHostsFile .*/g, `UserKnownHostsFile ${known}`));
    await fails(look("docker", file), /its host key is not the one you know\. Nothing was sent/);
  });

  test("says that a host key is unknown instead of accepting it", async () => {
    const file = changed((text) => text.replaceAll(/UserKnownHostsFile .*/g, "UserKnownHostsFile /dev/null"));
    await fails(look("docker", file), /its host key is not known here yet/);
  });

  test("says that the key was not accepted", async () => {
    const { file: key } = await makeKey(join(fleet.sshConfig, ".."), "stranger", "ed25519");
    const file = changed((text) => text.replaceAll(/IdentityFile .*/g, `IdentityFile ${key}`));
    await fails(look("docker", file), /it did not accept your keys/);
  });

  test("says that the name, the port or the machine is not there", async () => {
    await fails(
      look(
        "docker",
        changed((text) => text.replaceAll(/HostName .*/g, "HostName no-such-host.invalid")),
      ),
      /no machine of that name/,
    );
    await fails(
      look(
        "docker",
        changed((text) => text.replaceAll(/Port .*/g, "Port 1")),
      ),
      /it refused the connection/,
    );
  });

  test("can be cancelled while the server is silent", async () => {
    const [docker] = fleet.servers;
    await using _ = await docker.pause();
    const cancel = new AbortController();
    const looking = look("docker", fleet.sshConfig, cancel.signal);
    setImmediate(() => cancel.abort());
    await assert.rejects(looking, (thrown) => thrown instanceof Fault && thrown.code === "cancelled");
  });
});
