import type { Target } from "../link.ts";
import { known } from "./hostKey.ts";
import { destination, type SshMachine } from "./machine.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** What another machine has to be told of a server to reach it as this one does. */
export interface Introduction {
  /** Its lines of known_hosts, and those of the hosts on the way; none where this machine does not know it either. */
  hosts: string[];
  /** Lines of an SSH configuration. */
  config: string[];
}

const deepest = 8;

/** All that this machine's SSH configuration and known hosts say of a server; nobody is asked, nothing is reached. */
export function introduce(
  { name, address }: Target,
  machine: SshMachine,
  /** How that other machine calls it: by its name, or as its address says. */
  by: "name" | "address",
): Introduction {
  return told(by === "name" ? name : destination(address).host, address, machine, 0);
}

function told(name: string, address: string, machine: SshMachine, depth: number): Introduction {
  const settings = settingsOf(destination(address), machine);
  const way = (depth < deepest ? settings.jumps : []).map((jump) =>
    told(destination(jump).host, jump, machine, depth + 1),
  );
  return {
    hosts: [...way.flatMap(({ hosts }) => hosts), ...known(settings).lines],
    config: [...way.flatMap(({ config }) => config), ...blockOf(name, settings)],
  };
}

function blockOf(
  name: string,
  { hostname, port, user, hostKeyAlias, hostKeyName, jumps }: Settings,
): string[] {
  return [
    `Host ${name}`,
    `  HostName ${hostname}`,
    `  Port ${port}`,
    `  User ${user}`,
    ...(hostKeyAlias ? [`  HostKeyAlias ${hostKeyName}`] : []),
    ...(jumps.length > 0 ? [`  ProxyJump ${jumps.join(",")}`] : []),
  ];
}
