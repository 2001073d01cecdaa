import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cacheDir, contentKey } from "../cache.ts";
import { ask } from "./api.ts";
import type { Programs } from "./install.ts";

const startLimitMs = 60_000;
const stopLimitMs = 60_000;

/** The rig's own dockerd: its files, and whether it runs. */
export interface Daemon {
  readonly socket: string;
  readonly logFile: string;
  /** The process that runs now, if it is truly ours: a stale pid file names nobody. */
  pid(): number | undefined;
}

export function daemonOfRig(): Daemon {
  const folder = cacheDir("docker");
  const files = filesIn(folder);
  return {
    get socket() {
      return existsSync(files.socketNote) ? readFileSync(files.socketNote, "utf8") : "";
    },
    logFile: files.log,
    pid: () => runningPid(files.pid, "dockerd", files.config),
  };
}

/** Starts dockerd, detached from this process, and waits until it answers. */
export async function startDaemon(
  socket: string,
  { dockerd, paths }: Pick<Programs, "dockerd" | "paths">,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const folder = cacheDir("docker");
  const files = filesIn(folder);
  mkdirSync(files.exec, { recursive: true });
  // A dockerd that was killed leaves both; the number in them may belong to somebody else by now.
  if (runningPid(files.pid, "dockerd", files.config) === undefined) rmSync(files.pid, { force: true });
  const containerdPid = join(files.exec, "containerd/containerd.pid");
  if (runningPid(containerdPid, "containerd", files.exec) === undefined) {
    rmSync(containerdPid, { force: true });
  }
  writeFileSync(files.socketNote, socket);
  writeFileSync(files.config, JSON.stringify(configuration(socket, files), null, 2));
  const log = openSync(files.log, "w");
  const child = spawn(dockerd, ["--config-file", files.config], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    // The engine outlives the run that started it: it is not one of the run's own processes.
    env: {
      ...env,
      SISTERSHIP_RUN: undefined,
      PATH: `${paths.join(":")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    },
  });
  await answering(child, socket, files.log, signal);
  child.unref();
}

/** Stops the rig's dockerd and waits until it and its containerd are gone. Returns whether there was one. */
export async function stopDaemon(): Promise<boolean> {
  const files = filesIn(cacheDir("docker"));
  const pid = runningPid(files.pid, "dockerd", files.config);
  if (pid === undefined) return false;
  const containerd = runningPid(join(files.exec, "containerd/containerd.pid"), "containerd", files.exec);
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + stopLimitMs;
  while (isAlive(pid) || (containerd !== undefined && isAlive(containerd))) {
    if (Date.now() > deadline) {
      throw new Error(
        `The rig's Docker engine (process ${pid}) did not stop within ${stopLimitMs / 1000} s: see ${files.log}, or end it with "kill -9 ${pid}".`,
      );
    }
    await pause(50);
  }
  rmSync(files.socketNote, { force: true });
  return true;
}

function filesIn(folder: string) {
  return {
    config: join(folder, "daemon.json"),
    data: join(folder, "data"),
    // Sockets have short paths, and a reboot empties /run.
    exec: join("/run", `sistership-rig-${contentKey(folder).slice(0, 8)}`),
    log: join(folder, "dockerd.log"),
    pid: join(folder, "dockerd.pid"),
    socketNote: join(folder, "dockerd.socket"),
  };
}

function configuration(socket: string, files: ReturnType<typeof filesIn>) {
  return {
    hosts: [`unix://${socket}`],
    "data-root": files.data,
    "exec-root": files.exec,
    pidfile: files.pid,
    "log-opts": { "max-size": "20m" },
    // Tests make many networks, and the engine's own pools hold only 31; engines inside servers take theirs from 172.17 on.
    "default-address-pools": [
      { base: "172.29.0.0/16", size: 24 },
      { base: "172.30.0.0/16", size: 24 },
    ],
    builder: { gc: { enabled: true, defaultKeepStorage: "10GB" } },
  };
}

async function answering(
  child: ChildProcess,
  socket: string,
  log: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let ended = false;
  child.once("error", () => {
    ended = true;
  });
  child.once("exit", () => {
    ended = true;
  });
  const deadline = Date.now() + startLimitMs;
  while ((await ask(socket)).is !== "answering") {
    if (ended || signal?.aborted || Date.now() > deadline) {
      child.kill("SIGTERM");
      const how = ended ? "ended while it started" : "did not answer in time";
      throw new Error(`dockerd ${how}: ${lastError(log)} Its log is ${log}.`);
    }
    await pause(50);
  }
}

function lastError(log: string): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return lines.findLast((line) => /failed|error|fatal/i.test(line)) ?? lines.at(-1) ?? "";
}

/** The process a pid file names, if it is alive, is that program, and was started with that path. */
function runningPid(file: string, program: string, path: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8"));
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  try {
    const isProgram = readlinkSync(`/proc/${pid}/exe`).split(" ")[0]?.endsWith(`/${program}`) ?? false;
    return isProgram && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(path) ? pid : undefined;
  } catch {
    return undefined; // it went away while it was looked at
  }
}

/** A zombie has ended: whoever started it has not asked yet. */
function isAlive(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^\d+ \(.*\) [ZX]/s.test(status);
  } catch {
    return false;
  }
}
