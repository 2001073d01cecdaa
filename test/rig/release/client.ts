import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { Report } from "../../../src/engine/process/index.ts";
import type { Stage } from "./stage.ts";

const cli = join(import.meta.dirname, "../../../src/cli.ts");

export interface Ended {
  /** null where it was killed. */
  code: number | null;
  stderr: string;
  /** All that it printed. */
  stdout: string;
}

interface Running {
  env?: Readonly<Record<string, string>>;
  /** Its standard input. */
  input?: string;
  /** Hears of each report while it runs; true kills it on the spot, as a power cut would. */
  onReport?: (report: Report) => boolean;
}

/** `sistership … --json`, in a process of its own without a terminal. */
export async function client(
  { folder, sshConfig, user }: Stage,
  args: readonly string[],
  { env = {}, input = "", onReport = () => false }: Running = {},
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ["--no-warnings", cli, ...args, "--json", "--folder", folder, "--ssh-config", sshConfig],
    { env: { ...user.env, HOME: user.home, ...env }, stdio: ["pipe", "pipe", "pipe"] },
  );
  child.stdin.end(input);
  const gone = once(child, "close");
  const stderr = text(child.stderr);
  let stdout = "";
  for await (const line of createInterface({ input: child.stdout })) {
    stdout += `${line}\n`;
    if (onReport(JSON.parse(line) as Report)) child.kill("SIGKILL");
  }
  const [code] = await gone;
  return { code, stdout, stderr: await stderr };
}
