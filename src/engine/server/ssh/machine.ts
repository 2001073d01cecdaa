import { join } from "node:path";
import { fault } from "../../process/index.ts";

/** The machine that connects, and what its owner has for SSH. */
export interface SshMachine {
  /** The configuration to use in place of the user's own and the system's. */
  configFile: string | undefined;
  home: string;
  /** Who is logged in here. */
  user: string;
  hostname: string;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
}

/** A destination as one writes it after `ssh`. */
export interface Destination {
  host: string;
  user?: string;
  port?: number;
}

/** Takes `host`, `user@host`, `user@host:port`, `[address]:port` and `ssh://…` apart. */
export function destination(address: string): Destination {
  const text = address.trim().replace(/^ssh:\/\/(.*?)\/?$/, "$1");
  const at = text.lastIndexOf("@");
  const user = at === -1 ? undefined : text.slice(0, at);
  const { host, port } = placeOf(text.slice(at + 1));
  const number = port === undefined ? undefined : Number(port);
  const sound = host !== "" && !host.startsWith("-") && !/[\s'"`$\\;&<>|(){}]/.test(host);
  const known = user === undefined || (user !== "" && !user.startsWith("-") && !/[\s'"`;&<>|()]/.test(user));
  if (!sound || !known || (number !== undefined && (number < 1 || number > 65535)))
    throw fault("server-name", [address]);
  return { host, ...(user !== undefined && { user }), ...(number !== undefined && { port: number }) };
}

/** `host`, `host:port`, `[address]:port`; an address with several colons and no brackets is one of IPv6. */
function placeOf(text: string): { host: string; port: string | undefined } {
  const [, bracketed, behind] = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: behind };
  const [, host = text, port] = /^([^:]*):(\d+)$/.exec(text) ?? [];
  return { host, port };
}

export function userConfig({ configFile, home }: SshMachine): string {
  return configFile ?? join(home, ".ssh", "config");
}

/** As with `ssh -F`, a file that was chosen stands in for all others. */
export function systemConfig({ configFile, platform, env }: SshMachine): string | undefined {
  if (configFile !== undefined) return undefined;
  return join(systemFolder({ platform, env }), "ssh_config");
}

export function systemFolder({ platform, env }: Pick<SshMachine, "platform" | "env">): string {
  return platform === "win32" ? join(env.PROGRAMDATA ?? "C:\\ProgramData", "ssh") : "/etc/ssh";
}
