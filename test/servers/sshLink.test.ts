// What runs over a connection: programs, root, sockets, Docker; and what happens to them when it is lost.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { after, before, describe, test } from "node:test";
import Dockerode from "dockerode";
import { run } from "../../src/engine/process/index.ts";
import { dockerOn, type Link, type Remote } from "../../src/engine/server/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";
import { type Desk, desk, fails } from "./reach.ts";

const specs = ["docker", { software: "docker", login: "sudo", name: "sudo" }] as const;

describe("a connection", () => {
  let fleet: Servers<typeof specs>;
  let docker: Server;
  let sudo: Server;
  let here: Desk;
  before(async () => {
    fleet = await servers(specs);
    [docker, sudo] = fleet.servers;
    here = desk(docker, undefined, { sudo: sudo.sudoPassword ?? "" });
  });
  after(async () => {
    await here?.[Symbol.asyncDispose]();
    await fleet?.[Symbol.asyncDispose]();
  });

  const signal = new AbortController().signal;
  const link = (name: string, at = here) => at.pool.link({ name, address: name }, signal);
  const sh = (script: string, ...args: string[]): Remote => ({
    program: "sh",
    args: ["-c", script, "sh", ...args],
  });
  const say = async (at: Link, remote: Remote) => (await at.run(remote, { signal })).stdout.trim();
  /** How many connections the server holds with us. */
  const connections = async (server: Server) =>
    Number((await server.inside(["sh", "-c", "ss -Htn state established '( sport = :22 )' | wc -l"])).stdout);
  const runsThere = async (server: Server, what: string) =>
    (await server.inside(["pgrep", "-xf", what], { accept: [0, 1] })).stdout !== "";
  const gone = async (server: Server, what: string) => {
    while (await runsThere(server, what)) await new Promise(setImmediate);
  };

  describe("runs programs", () => {
    test("with arguments as they are, whatever stands in them", async () => {
      const words = [
        "a b",
        "it's",
        '"',
        "$HOME `id`",
        "\\",
        "\\'",
        "",
        "-n",
        "ü\n*",
        "a;b|c&d>e",
        "!!",
        "{a,b}",
      ];
      for (const at of [await link("docker"), await link("sudo")]) {
        const { stdout } = await at.run({ program: "printf", args: ["%s\\0", ...words] }, { signal });
        assert.deepEqual(stdout.split("\0").slice(0, -1), words);
      }
    });

    test("and hands back what they print, their input, and how they ended", async () => {
      const at = await link("docker");
      const output = await at.run(
        { ...sh("cat; echo two >&2; exit 3"), input: "one" },
        { signal, accept: [0, 3] },
      );
      assert.deepEqual(output, { code: 3, stdout: "one", stderr: "two\n" });
      await fails(
        at.run(sh("echo first; echo why >&2; exit 4"), { signal }),
        "program-failed",
        /sh failed with exit code 4: why/,
      );
      await fails(at.run(sh("kill -9 $$"), { signal }), "program-failed", /exit code 137/);
      await fails(
        at.run({ program: "no-such-program" }, { signal }),
        "program-failed",
        /exit code 127.*not found/,
      );
    });

    test("many at once over one connection, no more than sshd allows, and learns how many that is", async () => {
      await using _ = await docker.sshd({ maxSessions: 2 });
      await using few = desk(docker);
      const at = await link("docker", few);
      const all = Array.from({ length: 30 }, (_, number) =>
        say(at, sh('sleep 0.05; echo "$1"', String(number))),
      );
      assert.deepEqual(
        await Promise.all(all),
        Array.from({ length: 30 }, (_, number) => String(number)),
      );
      await _.end();
      await using none = desk(docker);
      await using refusing = await docker.sshd({ maxSessions: 0 });
      await fails(
        link("docker", none).then((one) => say(one, sh("true"))),
        "sessions-refused",
        /MaxSessions/,
      );
      await refusing.end();
    });

    test("from many users of the pool over one connection", async () => {
      const before = await connections(docker);
      const all = await Promise.all(Array.from({ length: 40 }, () => link("docker")));
      await Promise.all(all.map((at) => say(at, sh("true"))));
      assert.equal(await connections(docker), Math.max(before, 1));
    });

    test("and stops them there when they are cancelled, or take too long; those in line too", async () => {
      const at = await link("docker");
      const cancel = new AbortController();
      const running = at.run({ program: "sleep", args: ["4001"] }, { signal: cancel.signal });
      while (!(await runsThere(docker, "sleep 4001"))) await new Promise(setImmediate);
      cancel.abort();
      await fails(running, "cancelled", /sleep was cancelled/);
      await gone(docker, "sleep 4001");

      await fails(at.run(sh("sleep 4002; :"), { signal, timeoutMs: 300 }), "timed-out", /within 0\.3 s/);
      await gone(docker, "sleep 4002");

      const hold = new AbortController();
      const held = Array.from({ length: 12 }, () =>
        at.run({ program: "sleep", args: ["4003"] }, { signal: hold.signal }),
      );
      hold.abort();
      for (const one of held) await fails(one, "cancelled", /cancelled/);
      assert.equal(await say(at, sh("echo on")), "on");
    });

    test("whose output nobody reads waits there; what is read slowly is not heaped up here", async () => {
      const at = await link("docker");
      const endless = await at.start(
        { program: "cat", args: ["/dev/zero"] },
        { signal: AbortSignal.timeout(60_000) },
      );
      const before = process.memoryUsage.rss();
      for (let turn = 0; turn < 20; turn++) await say(at, sh("true"));
      assert.ok(process.memoryUsage.rss() - before < 64e6);
      endless.stdout.destroy();
      endless.stdin.destroy();
    });

    test("streams both ways, byte for byte", async () => {
      const at = await link("docker");
      const sent = randomBytes(20_000_000);
      const echo = await at.start({ program: "cat" }, { signal });
      const [got] = await Promise.all([
        buffer(echo.stdout),
        pipeline(Readable.from(slices(sent)), echo.stdin),
      ]);
      assert.ok(got.equals(sent));
      assert.deepEqual(await echo.exited, { code: 0 });
    });

    test("that end before they have read, or leave something running behind, hold nobody up", async () => {
      const at = await link("docker");
      const deaf = await at.start(sh("exit 7"), { signal });
      deaf.stdout.resume();
      deaf.stderr.resume();
      await assert.rejects(pipeline(Readable.from(slices(Buffer.alloc(9_000_000))), deaf.stdin));
      assert.deepEqual(await deaf.exited, { code: 7 });

      const leaving = Array.from({ length: 12 }, () => say(at, sh("sleep 4009 & echo left")));
      assert.deepEqual(new Set(await Promise.all(leaving)), new Set(["left"]));
      await docker.inside(["pkill", "-xf", "sleep 4009"]);
    });

    test("in a terminal, of a size that changes", async () => {
      const at = await link("docker");
      const shell = await at.terminal({ columns: 80, rows: 24 }, { signal });
      let seen = "";
      shell.stream.on("data", (chunk: Buffer) => {
        seen += chunk;
      });
      const until = async (text: RegExp) => {
        while (!text.test(seen)) await once(shell.stream, "data");
      };
      shell.stream.write("stty size\n");
      await until(/\b24 80\b/);
      shell.resize({ columns: 100, rows: 30 });
      shell.stream.write("stty size; exit 5\n");
      await until(/\b30 100\b/);
      assert.deepEqual(await shell.exited, { code: 5 });
    });
  });

  describe("becomes root", () => {
    test("where it is already, without asking; by sudo, asking once", async () => {
      await using one = desk(docker, undefined, { sudo: ["wrong", sudo.sudoPassword ?? ""] });
      const root: Remote = { program: "id", args: ["-u"], root: true };
      assert.equal(await say(await link("docker", one), root), "0");
      assert.deepEqual(one.asked, []);
      const at = await link("sudo", one);
      assert.deepEqual(await Promise.all([say(at, root), say(at, root), say(at, root)]), ["0", "0", "0"]);
      assert.deepEqual(one.asked, ["sudo deploy", "sudo deploy"]);
    });

    test("without the password or sudo's words in its input, its output or the list of processes", async () => {
      const at = await link("sudo");
      const script = "cat; echo err >&2; cat /proc/[0-9]*/cmdline | tr '\\0' ' '";
      const { stdout, stderr } = await at.run(
        { ...sh(script), root: true, input: "line one\nline two\n" },
        { signal },
      );
      assert.ok(stdout.startsWith("line one\nline two\n"));
      assert.ok(!stdout.includes(sudo.sudoPassword ?? " "));
      assert.equal(stderr, "err\n");
      const { stdout: logged } = await sudo.inside(["journalctl", "--no-pager", "-t", "sudo"]);
      assert.match(logged, /COMMAND=/);
      assert.ok(!logged.includes(sudo.sudoPassword ?? " "));
    });

    test("streams both ways, byte for byte", async () => {
      const at = await link("sudo");
      const sent = randomBytes(5_000_000);
      const echo = await at.start({ program: "cat", root: true }, { signal });
      const [got] = await Promise.all([
        buffer(echo.stdout),
        pipeline(Readable.from(slices(sent)), echo.stdin),
      ]);
      assert.ok(got.equals(sent));
    });

    test("and stops what runs as root when it is cancelled", async () => {
      const at = await link("sudo");
      await fails(
        at.run({ program: "sleep", args: ["4004"], root: true }, { signal, timeoutMs: 1500 }),
        "timed-out",
        /sleep/,
      );
      await gone(sudo, "sleep 4004");
    });

    test("or says why not: wrong password, none, not allowed, no sudo", async () => {
      const root: Remote = { program: "true", root: true };
      await using wrong = desk(docker, undefined, { sudo: "wrong" });
      await fails(
        link("sudo", wrong).then((at) => say(at, root)),
        "sudo-refused",
        /deploy may not become root on sudo: sudo did not take the password/,
      );
      await using none = desk(docker);
      await fails(
        link("sudo", none).then((at) => say(at, root)),
        "sudo-refused",
        /none was given/,
      );

      await docker.inside([
        "sh",
        "-c",
        "useradd -m worker && echo worker:secret | chpasswd && cp -r /root/.ssh /home/worker/ && chown -R worker: /home/worker",
      ]);
      const worker = (config: string) => config.replaceAll("User root", "User worker");
      await using other = desk(docker, worker, { sudo: "secret" });
      await fails(
        link("docker", other).then((at) => say(at, root)),
        "sudo-refused",
        /worker is not in the sudoers file/,
      );
      await docker.inside(["mv", "/usr/bin/sudo", "/usr/bin/sudo.away"]);
      await using bare = desk(docker, worker, { sudo: "secret" });
      await fails(
        link("docker", bare).then((at) => say(at, root)),
        "sudo-missing",
        /docker has no sudo, and worker is not root/,
      );
      await docker.inside(["mv", "/usr/bin/sudo.away", "/usr/bin/sudo"]);

      await docker.inside(["sh", "-c", "echo 'worker ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/worker"]);
      await using free = desk(docker, worker);
      assert.equal(await say(await link("docker", free), { program: "id", args: ["-u"], root: true }), "0");
      assert.deepEqual(free.asked, []);
    });
  });

  describe("leads to Docker", () => {
    let archive: Buffer;
    before(async () => {
      const rig = await engine();
      await image("busybox:1", { engine: rig });
      archive = await buffer(await new Dockerode({ socketPath: rig.socket }).getImage("busybox:1").get());
    });

    /** What people do with an engine, done there. */
    async function works(at: Link): Promise<void> {
      const remote = await dockerOn(at);
      await finished(remote, await remote.loadImage(Readable.from(slices(archive))));
      const events = await remote.getEvents({ filters: { event: ["die"] } });

      // what goes in comes out, and ends when the input does
      const cat = await remote.createContainer({
        Image: "busybox:1",
        Cmd: ["cat"],
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
        AttachStdout: true,
        Tty: false,
        HostConfig: { NetworkMode: "none" },
      });
      const attached = await cat.attach({ stream: true, hijack: true, stdin: true, stdout: true });
      await cat.start();
      const heard = collected(remote, attached);
      attached.end("through and back\n");
      assert.equal(await heard, "through and back\n");
      const [event] = await once(events, "data");
      assert.equal(JSON.parse(String(event)).Actor.ID, cat.id);
      (events as Readable).destroy();
      assert.equal(
        await collected(remote, await cat.logs({ follow: true, stdout: true })),
        "through and back\n",
      );

      const sleeper = await remote.createContainer({
        Image: "busybox:1",
        Cmd: ["sleep", "600"],
        HostConfig: { NetworkMode: "none" },
      });
      await sleeper.start();
      const counting = await sleeper.exec({ Cmd: ["wc", "-c"], AttachStdin: true, AttachStdout: true });
      const counter = await counting.start({ hijack: true, stdin: true });
      const counted = collected(remote, counter);
      await pipeline(Readable.from(slices(Buffer.alloc(3_000_000))), counter);
      assert.equal((await counted).trim(), "3000000");
      await Promise.all([sleeper, cat].map((one) => one.remove({ force: true })));

      const { stdout } = await run({
        program: "sh",
        args: [
          "-c",
          `cd "$1" && echo 'FROM busybox:1' > Dockerfile && echo 'LABEL made=here' >> Dockerfile && tar -c Dockerfile | base64 -w0`,
          "sh",
          here.folder,
        ],
      });
      const context = Readable.from([Buffer.from(stdout, "base64")]);
      await finished(remote, await remote.buildImage(context, { t: "made:1" }));
      assert.equal((await remote.getImage("made:1").inspect()).Config.Labels.made, "here");
      await remote.getImage("made:1").remove();

      const many = await Promise.all(Array.from({ length: 15 }, () => remote.version()));
      assert.equal(new Set(many.map(({ Version }) => Version)).size, 1);
    }

    test("by its socket", async () => works(await link("docker")));

    test("by a program where sshd forbids sockets, and where there are only two sessions", async () => {
      await using _ = await docker.sshd({ allowStreamLocalForwarding: false, maxSessions: 3 });
      await using few = desk(docker);
      await works(await link("docker", few));
    });

    test("as a user in Docker's group", async () => {
      await docker.inside([
        "sh",
        "-c",
        "useradd -m -G docker builder && cp -r /root/.ssh /home/builder/ && chown -R builder: /home/builder",
      ]);
      await using builder = desk(docker, (config) => config.replaceAll("User root", "User builder"));
      await works(await link("docker", builder));
    });

    test("as root by sudo, for a user who is not", async () => {
      await works(await link("sudo"));
      assert.deepEqual([...new Set(here.asked)], ["sudo deploy"]);
    });

    test("or says that it is not there, or not for this user", async () => {
      const at = await link("docker");
      await fails(
        at.socket("/run/nothing.sock", { signal }),
        "socket-refused",
        /\/run\/nothing\.sock on docker could not be reached: it is not there/,
      );
      await fails(
        (await link("sudo")).socket("/run/docker.sock", { signal }),
        "socket-denied",
        /Your user may not use/,
      );
    });
  });

  describe("that is lost", () => {
    const quick = (config: string) =>
      `${config}\nHost *\n  ServerAliveInterval 1\n  ServerAliveCountMax 2\n  ConnectTimeout 2\n`;

    test("ends what runs, with its name; what comes next connects again", async () => {
      await using one = desk(docker, quick);
      const at = await link("docker", one);
      const remote = await dockerOn(at);
      const events = await remote.getEvents();
      const broken = once(events, "error");
      const running = at.run({ program: "sleep", args: ["60"] }, { signal });
      const cut = await docker.cut();
      await fails(
        running,
        "connection-lost",
        /The connection to docker was lost, and sleep may not have ended there/,
      );
      assert.ok((await broken)[0] instanceof Error);
      await fails(at.run(sh("true"), { signal }), "server-unreachable", /did not answer|refused/);
      await cut.end();
      assert.equal(await say(at, sh("echo back")), "back");
      assert.match((await remote.version()).Version, /^\d/);
    });

    test("comes back by itself when the server starts anew", async () => {
      await using one = desk(docker, quick);
      const at = await link("docker", one);
      const running = at.run({ program: "sleep", args: ["60"] }, { signal });
      const failing = fails(running, "connection-lost", /docker was lost/);
      await docker.restart();
      await failing;
      assert.equal(await say(at, sh("echo back")), "back");
    });

    test("is not missed by who only sends: a slow link is no dead one", async () => {
      await using one = desk(docker, quick);
      const at = await link("docker", one);
      await using _ = await docker.slow({ mbit: 4 });
      const output = await at.run({ ...sh("wc -c"), input: Buffer.alloc(2_500_000) }, { signal });
      assert.equal(output.stdout.trim(), "2500000");
    });

    test("is not needed by a second one, which is made anew and closed by who made it", async () => {
      const at = await link("docker");
      const before = await connections(docker);
      {
        await using second = await here.pool.anew({ name: "docker", address: "docker" }, signal);
        assert.equal(await say(second, sh("echo second")), "second");
        assert.equal(await connections(docker), before + 1);
      }
      while ((await connections(docker)) !== before) await new Promise(setImmediate);
      assert.equal(await say(at, sh("echo first")), "first");
    });
  });
});

function* slices(data: Buffer): Generator<Buffer> {
  for (let at = 0; at < data.length; at += 70_000) yield data.subarray(at, at + 70_000);
}

/** What a container prints, to its end. */
async function collected(docker: Dockerode, stream: NodeJS.ReadableStream): Promise<string> {
  const out = new PassThrough();
  docker.modem.demuxStream(stream, out, out);
  stream.once("end", () => out.end());
  return text(out);
}

/** Waits until the engine has done what it reports on, and hands on what went wrong. */
function finished(docker: Dockerode, stream: NodeJS.ReadableStream): Promise<unknown> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, reports) => (error ? reject(error) : resolve(reports)));
  });
}
