import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Address, Server } from "./server.ts";

const first = 2201;

/** Further sshd processes on a server, each on a port of its own: as many servers as one likes, to who comes from outside. */
export async function doors(server: Server, folder: string, count: number): Promise<Address[]> {
  const last = first + count - 1;
  const open = `for port in $(seq ${first} ${last}); do /usr/sbin/sshd -p $port -o PidFile=none; done`;
  await server.inside(["sh", "-c", open]);
  const knownHosts = join(folder, "known_hosts");
  const sshConfig = join(folder, "ssh_config");
  writeFileSync(knownHosts, "");
  writeFileSync(sshConfig, "");
  const [, ...key] = server.hostKey.split(" ");
  return Array.from({ length: count }, (_, at) => {
    const port = first + at;
    const name = `door${at + 1}`;
    appendFileSync(knownHosts, `[${server.address}]:${port} ${key.join(" ")}\n`);
    const lines = [
      `Host ${name}`,
      `  HostName ${server.address}`,
      `  Port ${port}`,
      `  User ${server.user}`,
      `  IdentityFile ${server.keyFile}`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${knownHosts}`,
      "  StrictHostKeyChecking yes",
      "  ConnectTimeout 60",
    ];
    appendFileSync(sshConfig, `${lines.join("\n")}\n`);
    return { ...server, name, port, knownHosts, sshConfig };
  });
}
