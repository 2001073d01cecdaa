// What the CLI says of real servers, and what it asks for first.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault } from "../../src/engine/process/index.ts";
import { facts, sshHosts } from "../../src/engine/server/index.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";
import { poolOf } from "./shipping.ts";

const root = join(import.meta.dirname, "../..");

describe("a look at servers", () => {
  const folder = mkdtempSync(join(tmpdir(), "sistership-"));
  let fleet: Servers<readonly ["docker", "bare"]>;
  before(async () => {
    fleet = await servers(["docker", "bare"]);
  });
  after(async () => {
    await fleet?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  interface Ended {
    code: number | null;
    stdout: string;
    stderr: string;
  }

  /** `sistership servers …` in a process without a terminal, whose lists are its own. */
  const cli = (args: string[], { config = fleet.sshConfig, begun = (_: () => void) => {} } = {}) => {
    const child = spawn(
      process.execPath,
      [join(root, "src/cli.ts"), "servers", ...args, "--folder", folder, "--ssh-config", config],
      {
        env: { ...process.env, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stdout.once("data", () => begun(() => child.kill("SIGINT")));
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    return new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  };

  test("the hosts that the SSH configuration names are known", () => {
    assert.deepEqual(
      sshHosts(fleet.sshConfig, "/nowhere").map(({ name }) => name),
      ["docker", "bare"],
    );
  });

  test("each says its system and its Docker, and the same as data", async () => {
    const { code, stderr } = await cli(["check", "docker", "bare"]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /✓ Connect to docker {2}Debian GNU\/Linux 13 \(trixie\), \d+ cores?, [\d.]+ GB, Docker 26\.1/,
    );
    assert.match(stderr, /✓ Connect to bare {2}Debian GNU\/Linux 13 .*, no Docker/);
    const data = await cli(["check", "docker", "--json"]);
    const lines = data.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { facts } = lines.find(({ kind }) => kind === "facts") ?? {};
    assert.deepEqual(
      [facts.docker.state, facts.docker.store, facts.user.name],
      ["running", "overlay2", "root"],
    );
  });

  test("a clock that is wrong is told, and by how much", async () => {
    const [server] = fleet.servers;
    const wrong = '#!/bin/sh\nexec /bin/date -d "+10 minutes" "$@"\n';
    await server.inside(["sh", "-c", "cat > /usr/local/bin/date; chmod 755 /usr/local/bin/date"], {
      input: wrong,
    });
    try {
      const { stderr } = await cli(["check", "docker"]);
      assert.match(stderr, /its clock is (599|600|601) s ahead/);
    } finally {
      await server.inside(["rm", "/usr/local/bin/date"]);
    }
  });

  test("a connection that is cut while it is looked at is told with its name", async () => {
    const [server] = fleet.servers;
    await using _ = await server.slow({ mbit: 1, delayMs: 700 });
    await using connections = poolOf(fleet.sshConfig);
    const { signal } = new AbortController();
    const link = await connections.link({ name: "docker", address: "docker" }, signal);
    const told = assert.rejects(
      facts(link, { signal }),
      (thrown) =>
        thrown instanceof Fault &&
        thrown.code === "connection-lost" &&
        /to docker was lost/.test(thrown.says),
    );
    await server.inside(["pkill", "-9", "-f", "sshd-session: root"]);
    await told;
  });

  test("a host key that is not known is refused where nobody can be asked, and the others are looked at", async () => {
    const config = join(folder, "unknown_config");
    const text = readFileSync(fleet.sshConfig, "utf8").replace(
      /UserKnownHostsFile .*/,
      "UserKnownHostsFile /dev/null",
    );
    writeFileSync(config, text.replace(/StrictHostKeyChecking yes/, "StrictHostKeyChecking ask"));
    const { code, stderr } = await cli(["check", "docker", "bare"], { config });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /✗ Connect to docker {2}docker shows the host key \S+ SHA256:\S+, which is not known here yet, and nothing was sent/,
    );
    assert.match(stderr, /✓ Connect to bare/);
  });

  test("a plan says what would be done and by which commands, and does none of it", async () => {
    const { code, stdout } = await cli(["setup", "bare", "--plan"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /\+ Install Docker\n {4}Applications run in containers.*\n(.*\n)*? {4}\$ .*install --no-install-recommends docker\.io docker-cli/,
    );
    assert.match(stdout, /\+ Let in only SSH \(22\), HTTP and HTTPS/);
    assert.match(stdout, /- Let root use Docker: root may/);
    const { stdout: left } = await fleet.servers[1].inside([
      "sh",
      "-c",
      "command -v docker; ls /var/lib/sistership /etc/docker 2>/dev/null; true",
    ]);
    assert.equal(left, "");
  });

  test("nothing is done without a yes", async () => {
    const { code, stderr } = await cli(["setup", "bare"]);
    assert.equal(code, 1);
    assert.match(stderr, /there is no terminal to ask in: Do these \d+ things on bare\? Add --yes/);
  });

  test("it can be cancelled while a server is silent", async () => {
    await using _ = await fleet.servers[0].pause();
    const { code } = await cli(["check", "docker", "--json"], { begun: (cancel) => cancel() });
    assert.equal(code, 130);
  });
});
