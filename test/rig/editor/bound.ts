import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "../../../src/engine/process/index.ts";

/**
 * A command whose program the kernel ends together with this process, even where that is killed: a test file that is
 * run by itself has no reaper beside it. VS Code's own children follow when their parent is gone, nearly always.
 */
export function boundToUs({ program, args = [], ...rest }: Command): Command {
  return { ...rest, program: "setpriv", args: ["--pdeathsig", "SIGKILL", "--", program, ...args] };
}

/**
 * A fresh temporary folder that carries our process id; those of processes that were killed are taken away first, with
 * whoever still runs in them: a server of VS Code that loses its parent may turn in circles for ever.
 */
export function freshHome(name: string): string {
  for (const entry of readdirSync(tmpdir())) {
    const owner = entry.startsWith(`${name}-`) ? /-(\d+)-\w{6}$/.exec(entry)?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) {
      const folder = join(tmpdir(), entry);
      for (const { pid } of processesNaming(folder)) kill(pid);
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(tmpdir(), `${name}-${process.pid}-`));
}

/** Processes that have a folder in their command or their environment. */
export function processesNaming(folder: string): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((entry) => {
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
      const names =
        command.includes(folder) || readFileSync(`/proc/${entry}/environ`, "utf8").includes(folder);
      const pid = Number(entry);
      return names && pid > 0 && pid !== process.pid ? [{ pid, command }] : [];
    } catch {
      return []; // it is no process, or has ended meanwhile
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended by itself meanwhile
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // somebody else's
  }
}
