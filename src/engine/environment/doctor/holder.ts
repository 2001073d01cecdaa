import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Machine } from "../../docker/index.ts";
import { run } from "../../process/index.ts";

/** Who listens at a port of this machine, as `node (4711)`; undefined where the system does not tell. */
export async function holderOf(
  port: number,
  { platform, env }: Machine,
  signal: AbortSignal,
): Promise<string | undefined> {
  return platform === "linux" ? fromProc(port) : fromLsof(port, env, signal);
}

/** Answers in fields, a line each: `p4711`, `cnode`. It ends with 1 where it found nobody. */
async function fromLsof(port: number, env: Machine["env"], signal: AbortSignal): Promise<string | undefined> {
  const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
  const answer = await run({ program: "lsof", args, env }, { signal, accept: [0, 1] }).catch(() => undefined);
  const [, pid] = /^p(\d+)$/m.exec(answer?.stdout ?? "") ?? [];
  const [, name] = /^c(.+)$/m.exec(answer?.stdout ?? "") ?? [];
  return pid && name ? `${name} (${pid})` : undefined;
}

function fromProc(port: number): string | undefined {
  const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listening(table, port)));
  if (sockets.size === 0) return undefined;
  const pid = list("/proc").find(
    (name) =>
      /^\d+$/.test(name) &&
      list(`/proc/${name}/fd`).some((fd) =>
        sockets.has(attempt(() => readlinkSync(`/proc/${name}/fd/${fd}`)) ?? ""),
      ),
  );
  const name = pid && attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  return name ? `${name} (${pid})` : undefined;
}

/** Lines such as "0: 0100007F:0BB8 … 0A … inode". */
function listening(table: string, port: number): string[] {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return (attempt(() => readFileSync(table, "latin1")) ?? "").split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    return words[1]?.endsWith(hex) && words[3] === "0A" ? [`socket:[${words[9]}]`] : [];
  });
}

const list = (folder: string) => attempt(() => readdirSync(folder)) ?? [];

/** Processes end while they are looked at, and others' are closed to us. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
