// The SSH agent and Git's credentials of this machine, used inside and kept outside: with a real agent, a server with sshd, and
// a Git server that asks for a password.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { execCommand, type Here, openKeys } from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { checkout, tiny } from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { prepareImages } from "../rig/project.ts";
import { servers } from "../rig/servers/servers.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  await prepareImages(["node:22-bookworm-slim"], rig);
});

describe("keys of this machine", { concurrency: 2 }, () => {
  test("fetch a private dependency, clone and push inside, by the agent outside", {
    timeout: 300_000,
  }, async () => {
    await using fleet = await servers(["bare"], { engine: rig });
    const [box] = fleet.servers;
    await box.inside([
      "sh",
      "-c",
      "apt-get -qq update && apt-get -qq -y install --no-install-recommends git",
    ]);
    const lib = '{"name":"private","version":"1.0.0"}';
    await box.inside(["sh", "-ec", repository("/root/private.git", "package.json", lib)]);
    await using project = await checkout(rig, {
      ...tiny({ more: "build: { install: npm install }\n" }),
      "package.json": JSON.stringify({
        name: "tiny",
        version: "1.0.0",
        dependencies: { private: `git+ssh://root@${box.address}/root/private.git` },
      }),
    });
    await joinNetwork(project.file(".sistership/compose.override.yaml"), fleet.network);
    await using user = await userWith(project.here, box.keyFile);
    writeFileSync(join(user.here.machine.home, ".ssh/known_hosts"), `${box.hostKey}\n`);

    const { steps } = await project.up({ here: user.here });
    assert.equal(steps["install/setup"], "done");
    assert.equal(existsSync(project.file("node_modules/private/package.json")), true);

    const inside = (...args: string[]) => runInside(user.here, args);
    assert.match((await inside("ssh-add", "-l")).stdout, /^256 SHA256:\S+ .*\(ED25519\)$/m);
    const clone = await inside(
      ...["sh", "-ec"],
      `cd /tmp && git clone -q root@${box.address}:/root/private.git && cd private && git commit -q --allow-empty -m pushed && git push -q && git log -1 --format='%an <%ae>'`,
    );
    assert.equal(clone.stdout, "Ada <ada@example.org>\n");
    const { stdout } = await box.inside([
      "git",
      "-C",
      "/root/private.git",
      "log",
      "-1",
      "--format=%s by %an",
    ]);
    assert.equal(stdout, "pushed by Ada\n");

    assert.equal((await inside("sh", "-c", "echo $SSH_AUTH_SOCK")).code, 0);
    await user.stopAgent();
    const silent = await inside("ssh-add", "-l");
    assert.notEqual(silent.code, 0, "an agent that is gone breaks nothing but what asks it");
    const { stdout: left } = await runInside(user.here, ["sh", "-c", "ls -d /tmp/sistership-* | wc -l"]);
    assert.equal(left, "1\n", "only what this very command was given is there");
  });

  test("that Git keeps outside answer Git inside, and nothing of them is written there", {
    timeout: 300_000,
  }, async () => {
    await using project = await checkout(rig, tiny());
    const { project: name } = await project.up();
    const gateway = await gatewayOf(rig, `${name}_default`);
    await using server = await gitServer("ada", "of-the-keychain");
    await using user = await userWith(project.here);
    const url = `http://${gateway}:${server.port}/shop.git`;
    writeFileSync(
      join(user.here.machine.home, "credentials"),
      `http://ada:of-the-keychain@${gateway}%3a${server.port}\n`,
    );

    const inside = (...args: string[]) => runInside(user.here, args);
    const cloned = await inside("git", "clone", "-q", url, "/tmp/shop");
    assert.equal(cloned.code, 0, cloned.stderr);
    assert.equal((await inside("cat", "/tmp/shop/README.md")).stdout, "# Shop\n");
    const found = await inside("grep", "-rl", "of-the-keychain", "/app", "/home/app", "/tmp", "/etc");
    assert.equal(found.stdout, "");

    // Git refuses a repository of somebody else's, but for the one that was opened
    await run({ program: "git", args: ["init", "-q"], cwd: project.here.folder });
    chownSync(project.file(".git"), 4711, 4711);
    chownSync(project.here.folder, 4711, 4711);
    assert.equal((await inside("git", "status", "--short")).code, 0);

    const without = {
      ...user.here,
      machine: { ...user.here.machine, env: { ...user.here.machine.env, SISTERSHIP_KEYS: "off" } },
    };
    const refused = await runInside(without, ["sh", "-c", `GIT_TERMINAL_PROMPT=0 git ls-remote ${url}; env`]);
    assert.match(refused.stderr, /terminal prompts disabled|could not read Username/);
    assert.doesNotMatch(refused.stdout, /SSH_AUTH_SOCK|GIT_CONFIG_GLOBAL/);
  });
});

async function runInside(here: Here, args: readonly string[]) {
  using keys = await openKeys(here);
  await keys.ready;
  const command = await execCommand(here, args, { tty: false, env: keys.env });
  return await run(command, { accept: [0, 1, 2, 128], timeoutMs: 60_000 });
}

/** A user of this machine with a home, a name, a helper that keeps passwords, and an agent that has a key. */
async function userWith(here: Here, key?: string) {
  const home = mkdtempSync(join(tmpdir(), "sistership-keys-"));
  mkdirSync(join(home, ".ssh"));
  const config = join(home, "gitconfig");
  writeFileSync(
    config,
    `[user]\nname = Ada\nemail = ada@example.org\n[credential]\nhelper = store --file=${home}/credentials\n[safe]\ndirectory = *\n`,
  );
  const socket = join(home, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
  await once(agent.stdout, "data");
  const ended = once(agent, "exit");
  const stopAgent = async () => {
    agent.kill();
    await ended;
  };
  if (key !== undefined) await run({ program: "ssh-add", args: ["-q", key], env: { SSH_AUTH_SOCK: socket } });
  const env = { ...here.machine.env, SSH_AUTH_SOCK: socket, GIT_CONFIG_GLOBAL: config };
  return {
    here: { ...here, machine: { ...here.machine, home, env } },
    stopAgent,
    [Symbol.asyncDispose]: async () => {
      await stopAgent();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A script that makes a repository with one file in it. */
function repository(path: string, file: string, text: string): string {
  return `git init -q --bare -b main ${path} && git init -q -b main /tmp/made && cd /tmp/made && printf '%s' '${text}' > ${file} && git add . && git -c user.name=Box -c user.email=box@example.org commit -q -m made && git push -q ${path} main`;
}

/** The workspace reaches the server by a network that both are on. */
async function joinNetwork(file: string, network: string): Promise<void> {
  const override = parse(readFileSync(file, "utf8"));
  override.services.workspace.networks = { default: {}, servers: {} };
  override.networks.servers = { external: true, name: network };
  writeFileSync(file, stringify(override));
}

async function gatewayOf({ env }: Engine, network: string): Promise<string> {
  const format = "{{range .IPAM.Config}}{{.Gateway}}{{end}}";
  const { stdout } = await run({
    program: "docker",
    args: ["network", "inspect", "--format", format, network],
    env,
  });
  return stdout.trim();
}

/** Git over HTTP as Git itself serves it, to who has the password. */
async function gitServer(user: string, password: string) {
  const root = mkdtempSync(join(tmpdir(), "sistership-git-"));
  await run({
    program: "sh",
    args: [
      "-ec",
      repository(join(root, "shop.git"), "README.md", "# Shop\n").replaceAll("/tmp/made", join(root, "made")),
    ],
  });
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected)
      return void response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://git");
    const backend = spawn("git", ["http-backend"], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: searchParams.toString(),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"],
        REMOTE_USER: user,
      },
      stdio: ["pipe", "pipe", "ignore"],
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.once("close", () => {
      const all = Buffer.concat(chunks);
      const head = all.indexOf("\r\n\r\n");
      for (const line of all.toString("latin1", 0, head).split("\r\n")) {
        const [name = "", value = ""] = line.split(": ");
        if (name !== "Status") response.setHeader(name, value);
        else response.statusCode = Number.parseInt(value, 10);
      }
      response.end(all.subarray(head + 4));
    });
  }).listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
