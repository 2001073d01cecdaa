import { type ChildProcess, spawn } from "node:child_process";
import { once as event } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";
import { ask } from "./api.ts";
import { aptFor } from "./apt.ts";
import type { Engine } from "./engine.ts";
import { fetchPrograms } from "./install.ts";
import { readSystem } from "./system.ts";

/** An engine that runs as a user: root in its containers is that user outside. Gone at the end of its block. */
export interface RootlessEngine extends AsyncDisposable {
  engine: Engine;
  uid: number;
}

const uid = 4242;
const packages = ["rootlesskit", "slirp4netns", "uidmap", "libslirp0", "libsubid4"];

/**
 * What the machine gives the user (a name, numbers below theirs, a network device) is laid over its own in a namespace of
 * mounts that only this engine sees: nothing of the machine is changed.
 */
const script = `set -e
cd "$1"
mount --bind tun /dev/net/tun
for file in passwd group; do mount --bind $file /etc/$file; done
for file in subuid subgid; do mount --bind numbers /etc/$file; done
shift
exec setpriv --reuid=${uid} --regid=${uid} --clear-groups "$@"`;

export async function rootlessEngine(rig: Engine): Promise<RootlessEngine> {
  const root = mkdtempSync("/tmp/sistership-rootless-"); // sockets have short paths, and the user must reach it
  const home = join(root, "home");
  const runtime = join(root, "run");
  const programs = await prepare(root, process.env);
  for (const folder of [home, runtime]) {
    mkdirSync(folder);
    chownSync(folder, uid, uid);
  }
  const socket = join(runtime, "docker.sock");
  const log = join(root, "log");
  const inside = `rm -f /run/docker /run/containerd /run/xtables.lock; exec dockerd "$@"`;
  const command = [
    ...[
      "env",
      "-i",
      `HOME=${home}`,
      `XDG_RUNTIME_DIR=${runtime}`,
      `LD_LIBRARY_PATH=${programs}/usr/lib/x86_64-linux-gnu`,
    ],
    `PATH=${programs}/usr/sbin:${programs}/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    ...[
      "rootlesskit",
      `--state-dir=${runtime}/kit`,
      "--net=slirp4netns",
      "--mtu=65520",
      "--disable-host-loopback",
    ],
    ...["--port-driver=builtin", "--copy-up=/etc", "--copy-up=/run", "sh", "-c", inside, "sh", "--rootless"],
    `--userland-proxy-path=${programs}/usr/bin/rootlesskit-docker-proxy`,
    ...[`--data-root=${home}/docker`, `--exec-root=${runtime}/docker`, `--pidfile=${runtime}/docker.pid`],
    ...["--host", `unix://${socket}`],
  ];
  const out = openSync(log, "w");
  const child = spawn("unshare", ["--mount", "sh", "-c", script, "sh", root, ...command], {
    stdio: ["ignore", out, out],
  });
  const stop = async () => {
    if (child.exitCode === null && child.kill("SIGTERM")) await event(child, "exit");
    rmSync(root, { recursive: true, force: true });
  };
  try {
    await answering(child, socket, log);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  const env = { ...rig.env, DOCKER_HOST: `unix://${socket}` };
  return { engine: { ...rig, env }, uid, [Symbol.asyncDispose]: stop };
}

/** The programs where the user may read them, those that hand out numbers with the rights for it. */
async function prepare(root: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { paths } = await fetchPrograms(env);
  const folder = cacheDir("rootless");
  const { codename } = readSystem();
  await once("rootless-programs", contentKey(codename, ...packages, folder), async () => {
    for (const dir of ["debs", "programs"]) {
      rmSync(join(folder, dir), { recursive: true, force: true });
      mkdirSync(join(folder, dir), { recursive: true });
    }
    const apt = aptFor(codename, codename, join(folder, "apt"));
    await apt.update();
    await apt.download(packages, join(folder, "debs"));
    for (const deb of readdirSync(join(folder, "debs")))
      await run({ program: "dpkg", args: ["-x", join(folder, "debs", deb), join(folder, "programs")] });
  });
  const programs = join(root, "programs");
  cpSync(join(folder, "programs"), programs, { recursive: true, verbatimSymlinks: true });
  // what is linked, too: the user may not follow links into the home folder of root
  await run({ program: "cp", args: ["--recursive", "--dereference", ...paths, join(programs, "usr")] });
  for (const name of ["newuidmap", "newgidmap"]) chmodSync(join(programs, "usr/bin", name), 0o4755);
  await run({ program: "mknod", args: [join(root, "tun"), "c", "10", "200"] });
  chmodSync(join(root, "tun"), 0o666);
  chmodSync(root, 0o755);
  const user = `rootless:x:${uid}:`;
  writeFileSync(join(root, "passwd"), `${readFileSync("/etc/passwd")}${user}${uid}::${root}/home:/bin/sh\n`);
  writeFileSync(join(root, "group"), `${readFileSync("/etc/group")}${user}\n`);
  writeFileSync(join(root, "numbers"), "rootless:500000:65536\n");
  for (const file of ["/etc/subuid", "/etc/subgid"]) writeFileSync(file, "", { flag: "a" });
  return programs;
}

async function answering(child: ChildProcess, socket: string, log: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    if ((await ask(socket)).is === "answering") return;
    await pause(200);
  }
  throw new Error(`the engine that runs as a user did not start: ${readFileSync(log, "utf8").slice(-2000)}`);
}
