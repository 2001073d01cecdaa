import { spawn } from "node:child_process";
import { once } from "node:events";
import { ssh } from "../rig/servers/access.ts";
import type { Address } from "../rig/servers/server.ts";

/** A session over SSH that stays open and answers each line with the same line. */
export interface Session extends AsyncDisposable {
  echo(text: string): Promise<string>;
}

export function openSession(server: Address, ...options: string[]): Session {
  const { program, args = [] } = ssh(server, "cat");
  const child = spawn(program, [...options, ...args], { stdio: ["pipe", "pipe", "ignore"] });
  const gone = once(child, "exit");
  return {
    async echo(text) {
      child.stdin.write(`${text}\n`);
      const [chunk] = await Promise.race([
        once(child.stdout, "data"),
        gone.then(([code]) => Promise.reject(new Error(`The session ended with exit code ${code}.`))),
      ]);
      return String(chunk).trim();
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await gone;
    },
  };
}
