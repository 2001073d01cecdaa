import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";

export interface Agent extends AsyncDisposable {
  /** What SSH_AUTH_SOCK is set to for whoever uses it. */
  readonly socket: string;
}

/** Starts ssh-agent and gives it keys, in that order. */
export async function agentWith(folder: string, keyFiles: readonly string[]): Promise<Agent> {
  const socket = join(folder, "agent");
  const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  await once(child.stdout, "data"); // it prints how it is used when it listens
  await run({ program: "ssh-add", args: ["-q", ...keyFiles], env: { SSH_AUTH_SOCK: socket } });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      child.kill();
      await gone;
    },
  };
}
