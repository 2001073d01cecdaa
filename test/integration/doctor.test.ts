// Each illness of a machine provoked for real where it can be, named, and gone when it is mended.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSocket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { holderOf } from "../../src/engine/environment/doctor/holder.ts";
import { examine, type Finding } from "../../src/engine/environment/index.ts";
import { operate, run } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-doctor-"));
let rig: Engine;
before(async () => {
  rig = await engine();
});
after(() => rmSync(home, { recursive: true, force: true }));

type Env = Record<string, string | undefined>;

async function findings(env: Env = {}, folder = home, patienceMs = 30_000): Promise<Map<string, Finding>> {
  const machine = {
    env: {
      ...process.env,
      ...rig.env,
      HTTPS_PROXY: "",
      HTTP_PROXY: "",
      https_proxy: "",
      http_proxy: "",
      XDG_STATE_HOME: home,
      ...env,
    },
    home,
    platform: process.platform,
  };
  const options = { title: "doctor", about: folder, report: () => {}, signal: AbortSignal.timeout(60_000) };
  const all = await operate(options, (task) => examine({ machine, folder }, task, patienceMs));
  return new Map(all.map((one) => [one.check.id, one]));
}

async function ill(id: string, env: Env = {}, folder = home): Promise<{ code: string; says: string }> {
  const found = (await findings(env, folder)).get(id);
  assert.ok(found && !found.well, `${id} is well: ${found?.says}`);
  return found;
}

async function well(id: string, env: Env = {}, folder = home): Promise<string> {
  const found = (await findings(env, folder)).get(id);
  assert.ok(found?.well, `${id} is not well: ${found?.says}`);
  return found.says;
}

describe("the doctor", () => {
  test("finds nothing wrong with the rig", async () => {
    const all = [...(await findings()).values()];
    assert.deepEqual(
      all.filter((one) => !one.well),
      [],
    );
    assert.equal(all.length, 11);
    for (const { check } of all) assert.ok(check.why, `${check.id} says why it matters`);
  });

  test("no engine, and one that does not listen: what else can be looked at, is", async () => {
    const gone = await findings({ DOCKER_HOST: `unix://${home}/none.sock` });
    assert.equal(gone.get("engine")?.well, false);
    assert.equal(gone.get("compose")?.well, true);
    assert.equal(gone.has("clock"), false, "an engine that does not answer is not asked for the time");
    const socket = join(home, "closed.sock");
    const server = createSocket().listen(socket);
    await new Promise((resolve) => server.once("listening", resolve));
    // a socket that was left behind: its file stays when whoever listened is killed, so it is renamed before it is closed
    await run({ program: "cp", args: ["--archive", socket, `${socket}.left`] });
    server.close();
    const { code, says } = await ill("engine", { DOCKER_HOST: `unix://${socket}.left` });
    assert.equal(code, "docker-stopped");
    assert.match(says, /closed\.sock\.left: start it/);
  });

  test("an engine that takes the question and never answers holds nothing else up", async () => {
    const socket = join(home, "hangs.sock");
    await using server = createSocket().listen(socket);
    await new Promise((resolve) => server.once("listening", resolve));
    const asked = new Set<{ destroy(): void }>();
    server.on("connection", (one) => asked.add(one));
    const found = await findings({ DOCKER_HOST: `unix://${socket}` }, home, 5000);
    const engineSays = found.get("engine");
    assert.ok(engineSays && !engineSays.well && engineSays.code === "check-silent", engineSays?.says);
    assert.match(engineSays.says, /within 5 s: try "docker info" yourself/);
    assert.equal(found.get("disk")?.well, true, found.get("disk")?.says);
    assert.equal(found.get("files")?.well, true);
    for (const one of asked) one.destroy();
  });

  test("a socket that somebody may not use", async () => {
    await packExtension();
    const place = mkdtempSync(join(tmpdir(), "sistership-other-user-"));
    try {
      copyFileSync(join(import.meta.dirname, "../../dist/cli.js"), join(place, "cli.js"));
      copyFileSync(process.execPath, join(place, "node"));
      for (const path of [place, join(place, "node"), join(place, "cli.js")]) chmodSync(path, 0o755);
      const socket = rig.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
      const { stdout } = await run(
        {
          program: "setpriv",
          args: [
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            join(place, "node"),
            join(place, "cli.js"),
            "doctor",
            place,
            "--json",
          ],
          cwd: place,
          env: {
            PATH: process.env.PATH ?? "",
            HOME: place,
            DOCKER_HOST: socket,
            XDG_STATE_HOME: "/dev/shm/sistership-nobody",
          },
        },
        { accept: [1] },
      );
      assert.match(stdout, /You may not use Docker at [^"]*: add yourself to the group/);
    } finally {
      rmSync(place, { recursive: true, force: true });
      rmSync("/dev/shm/sistership-nobody", { recursive: true, force: true });
    }
  });

  test("a context that is not defined", async () => {
    const { code } = await ill("engine", { DOCKER_HOST: "", DOCKER_CONTEXT: "far" });
    assert.equal(code, "docker-context");
  });

  test("a context that was chosen and is gone, mended by what its button does", async () => {
    const config = join(home, "lost-context");
    mkdirSync(config);
    writeFileSync(join(config, "config.json"), JSON.stringify({ currentContext: "gone" }));
    const env = { DOCKER_HOST: "", DOCKER_CONTEXT: "", DOCKER_CONFIG: config };
    const found = (await findings(env)).get("engine");
    assert.ok(found && !found.well && found.code === "docker-context", found?.says);
    assert.ok(found.fix && "run" in found.fix);
    await run({
      ...found.fix.run,
      env: { PATH: rig.env.PATH ?? process.env.PATH ?? "", HOME: home, DOCKER_CONFIG: config },
    });
    const after = (await findings(env)).get("engine");
    assert.ok(after?.well || after?.code !== "docker-context", after?.says);
  });

  test("Compose and Buildx that are missing", async () => {
    const config = join(home, "no-plugins");
    mkdirSync(config, { recursive: true });
    const found = await findings({ DOCKER_CONFIG: config });
    for (const id of ["compose", "buildx"]) {
      const one = found.get(id);
      assert.ok(one && !one.well && one.code === `${id}-missing` && one.fix, `${id}: ${one?.says}`);
    }
  });

  test("a Compose that is too old, and one that is not", async () => {
    const config = join(home, "old-plugins");
    mkdirSync(join(config, "cli-plugins"), { recursive: true });
    const metadata = '{"SchemaVersion":"0.1.0","Vendor":"test","Version":"2.20.3","ShortDescription":"old"}';
    writeFileSync(
      join(config, "cli-plugins/docker-compose"),
      `#!/bin/sh\nif [ "$1" = docker-cli-plugin-metadata ]; then echo '${metadata}'; else echo 2.20.3; fi\n`,
      { mode: 0o755 },
    );
    const { code, says } = await ill("compose", { DOCKER_CONFIG: config });
    assert.equal(code, "compose-too-old");
    assert.match(says, /^Docker Compose 2\.20\.3 is too old: update it to 2\.24 or newer/);
    assert.match(await well("compose"), /^2\.\d+/);
  });

  test("an engine that is too old, far away, too small, off in time, or knows no proxy", async () => {
    await using fake = await fakeEngine();
    const env = { DOCKER_HOST: fake.host };
    fake.says({ ServerVersion: "19.03.5" });
    assert.equal((await ill("engine", env)).code, "docker-too-old");
    fake.says({});
    assert.match(await well("engine", env), /^26\.1\.5/);
    fake.says({ MemTotal: 1e9 });
    assert.equal((await ill("memory", env)).code, "memory-low");
    fake.says({ SystemTime: new Date(Date.now() - 120_000).toISOString() });
    assert.match((await ill("clock", env)).says, /1(19|20|21) s behind/);
    fake.says({ SystemTime: new Date().toISOString() });
    assert.equal(await well("clock", env), "as this machine's");
    const proxied = { ...env, HTTPS_PROXY: "http://proxy.example:3128" };
    assert.equal((await ill("proxy", proxied)).code, "proxy-unknown");
    fake.says({ HttpsProxy: "http://proxy.example:3128" });
    assert.equal(await well("proxy", proxied), "Docker goes through one");
    fake.says({ SecurityOptions: ["name=seccomp", "name=rootless"] });
    assert.match(await well("engine", env), /rootless/);
    if (fake.outside) assert.equal((await ill("place", { DOCKER_HOST: fake.outside })).code, "docker-far");
  });

  test("a folder that Docker Desktop does not share, by either file of its settings", async () => {
    await using fake = await fakeEngine();
    const env = { DOCKER_HOST: fake.host };
    assert.equal(await well("sharing", env), "Docker sees all of this machine");
    fake.says({ OperatingSystem: "Docker Desktop" });
    assert.equal(await well("sharing", env), "Docker Desktop does not say which");
    const settings = join(home, ".docker/desktop");
    const project = join(home, "work/shop");
    for (const folder of [settings, project]) mkdirSync(folder, { recursive: true });
    const say = (name: string, said: object) => writeFileSync(join(settings, name), JSON.stringify(said));
    say("settings.json", { filesharingDirectories: ["/srv"] });
    const { code, says } = await ill("sharing", env, project);
    assert.equal(code, "mount-denied");
    assert.match(says, /may not share .*work\/shop with containers: add it in Docker Desktop under Settings/);
    say("settings-store.json", { FilesharingDirectories: ["/srv", join(home, "work")] });
    assert.match(await well("sharing", env, project), /^Docker Desktop shares .*work$/);
    assert.equal((await ill("sharing", env, mkdtempSync(join(home, "workshop-")))).code, "mount-denied");
    say("settings-store.json", {});
    assert.match(await well("sharing", env, project), /^Docker Desktop shares /);
  });

  test("a disk that is nearly full, and has room again", async () => {
    const folder = join(home, "small");
    mkdirSync(folder);
    await run({ program: "mount", args: ["-t", "tmpfs", "-o", "size=50m", "none", folder] });
    try {
      const { code, says } = await ill("disk", {}, folder);
      assert.equal(code, "disk-low");
      assert.match(says, /Only 0 GB are free on the disk of .*small: free at least 5 GB/);
      await run({ program: "mount", args: ["-o", "remount,size=8g", folder] });
      assert.match(await well("disk", {}, folder), /GB free/);
    } finally {
      await run({ program: "umount", args: [folder] });
    }
  });

  test("a port that somebody holds, by name", async () => {
    const folder = join(home, "project");
    mkdirSync(folder);
    const holder = createSocket().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const address = holder.address();
    assert.ok(typeof address === "object" && address);
    const profile = `name: held\nruntime: node@22\nprocesses:\n  web: { run: node server.js, port: ${address.port} }\n`;
    writeFileSync(join(folder, "sistership.yaml"), profile);
    const says = await well("ports", {}, folder);
    assert.match(
      says,
      new RegExp(`^${address.port} is held by \\S+ \\(${process.pid}\\): web gets another$`),
    );
    holder.close();
    assert.match(await well("ports", {}, folder), /free/);
  });

  test("a port that somebody holds, where lsof has to be asked", async (t) => {
    const signal = AbortSignal.timeout(30_000);
    if (!["/usr/bin/lsof", "/usr/sbin/lsof"].some(existsSync)) return t.skip("lsof is not installed");
    const machine = { env: process.env, home, platform: "darwin" as const };
    const holder = createSocket().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const address = holder.address();
    assert.ok(typeof address === "object" && address);
    const named = await holderOf(address.port, machine, signal);
    assert.ok(named?.endsWith(` (${process.pid})`), `${named}`);
    await new Promise((resolve) => holder.close(resolve));
    assert.equal(await holderOf(address.port, machine, signal), undefined);
  });
});

interface FakeEngine extends AsyncDisposable {
  host: string;
  /** The same, at an address of this machine that is not its loopback. */
  outside: string | undefined;
  says(info: object): void;
}

/** What old, far and broken engines answer cannot be had here from a real one: only what they say of themselves is played. */
async function fakeEngine(): Promise<FakeEngine> {
  let said = {};
  const answer = () =>
    createServer((_, response) => {
      response.setHeader("Content-Type", "application/json");
      response.end(
        JSON.stringify({
          ServerVersion: "26.1.5",
          NCPU: 2,
          MemTotal: 8e9,
          DockerRootDir: "/not/here",
          ...said,
        }),
      );
    });
  const listen = (server: Server, at: { path: string } | { host: string; port: number }) =>
    new Promise<void>((resolve) => server.listen(at, () => resolve()));
  const path = join(home, `fake-${randomUUID()}.sock`); // connections to another are not taken for its own
  const near = answer();
  await listen(near, { path });
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal)?.address;
  const far = own === undefined ? undefined : answer();
  if (far && own) await listen(far, { host: own, port: 0 });
  const address = far?.address();
  return {
    host: `unix://${path}`,
    outside: typeof address === "object" && address ? `tcp://${own}:${address.port}` : undefined,
    says: (info) => {
      said = info;
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of [near, far]) {
        server?.closeAllConnections();
        server?.close();
      }
    },
  };
}
