import { type Docker, execIn } from "./docker.ts";
import type { SshdOptions } from "./server.ts";

// Of several files, sshd believes the first.
const file = "/etc/ssh/sshd_config.d/00-test.conf";

/** Gives sshd another configuration; settles when it listens with it. Connections that are open stay as they are. */
export async function configureSshd(docker: Docker, container: string, options: SshdOptions): Promise<void> {
  const lines = linesOf(options);
  if (lines === "") await execIn(docker, container, ["rm", "-f", file]);
  else await execIn(docker, container, ["tee", file], { input: lines });
  // systemd counts starts, and would refuse the sixth within ten seconds.
  await execIn(docker, container, ["systemctl", "reset-failed", "ssh.service"]);
  // A reload closes and opens the port at a moment that nobody tells; a restart is over when the port is open.
  await execIn(docker, container, ["systemctl", "restart", "ssh.service"]);
}

function linesOf(options: SshdOptions): string {
  const settings: [name: string, value: boolean | number | undefined][] = [
    ["AllowTcpForwarding", options.allowTcpForwarding],
    ["AllowStreamLocalForwarding", options.allowStreamLocalForwarding],
    ["MaxSessions", options.maxSessions],
    ["MaxAuthTries", options.maxAuthTries],
    ["PasswordAuthentication", options.passwordAuthentication],
    ["KbdInteractiveAuthentication", options.keyboardAuthentication],
    ["PerSourcePenalties", options.perSourcePenalties],
  ];
  return settings
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "boolean" ? (value ? "yes" : "no") : value}\n`)
    .join("");
}
