import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../../src/engine/process/index.ts";
import type { Address } from "./server.ts";

export const sshConfigIn = (folder: string) => join(folder, "ssh_config");
export const knownHostsIn = (folder: string) => join(folder, "known_hosts");

/** Writes what makes plain `ssh -F FILE NAME` work, with every check that ssh has. */
export function writeAccess(folder: string, servers: readonly Address[]): void {
  const hosts = servers.map((server) =>
    [
      `Host ${server.name}`,
      `  HostName ${server.address}`,
      `  Port ${server.port}`,
      `  User ${server.user}`,
      `  IdentityFile ${server.keyFile}`,
      "  IdentitiesOnly yes",
      "  StrictHostKeyChecking yes",
      `  UserKnownHostsFile ${server.knownHosts}`,
      "  GlobalKnownHostsFile /dev/null",
      "  ConnectTimeout 10",
      "",
    ].join("\n"),
  );
  writeFileSync(sshConfigIn(folder), hosts.join("\n"));
  writeFileSync(knownHostsIn(folder), servers.map(({ hostKey }) => `${hostKey}\n`).join(""));
}

/** A line for the server's shell, run as a user would: `await run(ssh(server, "docker version"))`. */
export function ssh({ name, sshConfig }: Address, line: string, input?: string | Uint8Array): Command {
  const args = ["-F", sshConfig, "-o", "BatchMode=yes", name, line];
  return { program: "ssh", args, ...(input !== undefined && { input }) };
}
