import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "../../../src/engine/process/index.ts";

/**
 * A command whose program the kernel ends together with this process, even where that is killed: a test file that is
 * run by itself has no reaper beside it. VS Code's own children follow when their parent is gone.
 */
export function boundToUs({ program, args = [], ...rest }: Command): Command {
  return { ...rest, program: "setpriv", args: ["--pdeathsig", "SIGKILL", "--", program, ...args] };
}

/** A fresh temporary folder that carries our process id; those of processes that were killed are taken away first. */
export function freshHome(name: string): string {
  for (const entry of readdirSync(tmpdir())) {
    const owner = entry.startsWith(`${name}-`) ? /-(\d+)-\w{6}$/.exec(entry)?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) {
      rmSync(join(tmpdir(), entry), { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(tmpdir(), `${name}-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // somebody else's
  }
}
