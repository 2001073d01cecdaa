import { createHash } from "node:crypto";
import { join } from "node:path";
import { fault } from "../../process/index.ts";
import { type Effective, effective } from "./effective.ts";
import { type Destination, type SshMachine, systemFolder, userConfig } from "./machine.ts";

/** How a host is reached, as `ssh` would reach it. */
export interface Settings {
  /** The name that was asked for. */
  host: string;
  hostname: string;
  port: number;
  user: string;
  /** Key files; `named` where the configuration says them, and they are not just the usual ones. */
  identityFiles: readonly { file: string; named: boolean }[];
  identitiesOnly: boolean;
  /** Path of the agent's socket or pipe; "none" where none is wanted, undefined where the platform's usual one is. */
  agent: string | undefined;
  certificates: boolean;
  /** Hosts on the way, the first one to be reached first. */
  jumps: readonly string[];
  proxyCommand: string | undefined;
  connectTimeoutMs: number;
  aliveIntervalMs: number;
  aliveCountMax: number;
  /** The name under which the host key is known. */
  hostKeyName: string;
  hostKeyAlias: boolean;
  userKnownHosts: readonly string[];
  globalKnownHosts: readonly string[];
  hashKnownHosts: boolean;
  /** Keys that are not known are refused without asking. */
  knownOnly: boolean;
  family: 0 | 4 | 6;
  bindAddress: string | undefined;
  publicKey: boolean;
  password: boolean;
  keyboard: boolean;
  /** 0: nobody is asked for a password. */
  prompts: number;
}

const usualKeys = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];
const patienceMs = 10_000;
// Shorter than what NAT gateways forget connections after, and than what people wait for.
const aliveMs = 5_000;

/** Reads the configuration for a destination. `jumps` says the way to a host that is itself on the way. */
export function settingsOf(target: Destination, machine: SshMachine, jumps?: readonly string[]): Settings {
  const found = effective(target, machine);
  const says = reader(found, machine);
  if (
    says.choice("canonicalizehostname", ["no", "yes", "always"]) !== "no" &&
    found.one("canonicalizehostname")
  )
    throw says.wrong(
      "canonicalizehostname",
      "CanonicalizeHostname is not understood by Sistership: write the whole name as HostName",
    );

  const host = target.host;
  const hostname = (found.one("hostname") ?? "%h")
    .replace(/%([%h])/g, (_, sign) => (sign === "h" ? host : "%"))
    .toLowerCase();
  const port = says.number("port", 22, 1, 65_535);
  const user = found.one("user") ?? machine.user;
  const alias = notNone(found.one("hostkeyalias"));
  const jumping = jumps ?? jumpsOf(found);
  const command =
    jumping.length > 0 || found.one("proxyjump") !== undefined
      ? undefined
      : notNone(found.one("proxycommand"));
  const expand = expander({ host, hostname, port, user, alias, jump: jumping.join(",") }, machine);

  const named = found.all("identityfile").filter((file) => file !== "none");
  const usual =
    found.all("identityfile").length > 0 ? [] : usualKeys.map((name) => join(machine.home, ".ssh", name));
  return {
    ...{ host, hostname, port, user },
    identityFiles: [
      ...named.map((file) => ({ file: expand(file), named: true })),
      ...usual.map((file) => ({ file, named: false })),
    ],
    identitiesOnly: says.yes("identitiesonly", false),
    agent: agentOf(found.one("identityagent"), expand, machine),
    certificates: found.all("certificatefile").some((file) => file !== "none"),
    jumps: jumping,
    proxyCommand: command === undefined ? undefined : expand(command, { paths: false }),
    connectTimeoutMs: says.time("connecttimeout") || patienceMs,
    aliveIntervalMs: says.time("serveraliveinterval") || aliveMs,
    aliveCountMax: says.number("serveralivecountmax", 3, 0, 1000) || 3,
    hostKeyName: (alias ?? hostname).toLowerCase(),
    hostKeyAlias: alias !== undefined,
    userKnownHosts: files("userknownhostsfile", [
      join(machine.home, ".ssh", "known_hosts"),
      join(machine.home, ".ssh", "known_hosts2"),
    ]),
    globalKnownHosts: files(
      "globalknownhostsfile",
      ["ssh_known_hosts", "ssh_known_hosts2"].map((name) => join(systemFolder(machine), name)),
    ),
    hashKnownHosts: says.yes("hashknownhosts", false),
    knownOnly: /^(yes|true)$/i.test(found.one("stricthostkeychecking") ?? ""),
    family: familyOf(says.choice("addressfamily", ["any", "inet", "inet6"])),
    bindAddress: found.one("bindaddress"),
    publicKey: !/^no|false$/i.test(found.one("pubkeyauthentication") ?? ""),
    password: says.yes("passwordauthentication", true),
    keyboard: says.yes("kbdinteractiveauthentication", true),
    prompts: says.yes("batchmode", false) ? 0 : says.number("numberofpasswordprompts", 3, 0, 100),
  };

  function files(keyword: string, usual: readonly string[]): string[] {
    const given = found.all(keyword);
    if (given.length === 0) return [...usual];
    return given.filter((file) => file !== "none").map((file) => expand(file));
  }
}

/** The hosts of ProxyJump, in the order in which they are passed. */
function jumpsOf(found: Effective): string[] {
  const jump = notNone(found.one("proxyjump"));
  return jump === undefined ? [] : jump.split(",").map((hop) => hop.trim());
}

function agentOf(value: string | undefined, expand: (text: string) => string, { env, platform }: SshMachine) {
  if (value === undefined || value === "SSH_AUTH_SOCK") return env.SSH_AUTH_SOCK || undefined;
  if (value.toLowerCase() === "none") return "none";
  if (/^\$\w+$/.test(value)) return env[value.slice(1)] || undefined;
  return value === "pageant" && platform === "win32" ? value : expand(value);
}

interface Known {
  host: string;
  hostname: string;
  port: number;
  user: string;
  alias: string | undefined;
  jump: string;
}

/** Puts in what `~`, `%` and `${}` of a value stand for. */
function expander(
  { host, hostname, port, user, alias, jump }: Known,
  { home, user: local, hostname: here, env }: SshMachine,
) {
  const [short = here] = here.split(".");
  const hash = createHash("sha1").update(`${here}${hostname}${port}${user}${jump}`).digest("hex");
  const signs: Readonly<Record<string, string>> = {
    ...{ "%": "%", d: home, h: hostname, n: host, p: String(port), r: user, u: local, l: here, L: short },
    ...{ k: alias ?? host, i: String(process.getuid?.() ?? ""), j: jump, C: hash },
  };
  return (text: string, { paths = true } = {}): string => {
    const full = text
      .replace(/%(.)/g, (whole, sign: string) => signs[sign] ?? whole)
      .replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole);
    if (!paths) return full;
    if (full === "~" || full.startsWith("~/") || full.startsWith("~\\")) return join(home, full.slice(1));
    return full.startsWith(`~${local}/`) ? join(home, full.slice(local.length + 1)) : full;
  };
}

function reader(found: Effective, machine: SshMachine) {
  const wrong = (keyword: string, reason: string) => {
    const { file, line } = found.where(keyword) ?? { file: userConfig(machine), line: 1 };
    return fault("ssh-config", [file, line, reason]);
  };
  return {
    wrong,
    yes(keyword: string, usual: boolean): boolean {
      const value = found.one(keyword);
      if (value === undefined) return usual;
      if (/^(yes|true)$/i.test(value)) return true;
      if (/^(no|false)$/i.test(value)) return false;
      throw wrong(keyword, `"${value}" is neither yes nor no`);
    },
    number(keyword: string, usual: number, least: number, most: number): number {
      const value = found.one(keyword);
      if (value === undefined) return usual;
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (number >= least && number <= most) return number;
      throw wrong(keyword, `"${value}" is not a number from ${least} to ${most}`);
    },
    choice(keyword: string, [usual, ...others]: readonly [string, ...string[]]): string {
      const value = found.one(keyword)?.toLowerCase() ?? usual;
      if (value === usual || others.includes(value)) return value;
      throw wrong(keyword, `"${value}" is not one of ${[usual, ...others].join(", ")}`);
    },
    /** Milliseconds; 0 where nothing or "none" is said. */
    time(keyword: string): number {
      const value = found.one(keyword);
      if (value === undefined || value.toLowerCase() === "none") return 0;
      if (!/^(\d+[smhdw]?)+$/i.test(value)) throw wrong(keyword, `"${value}" is not a time such as 30 or 1m`);
      const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
      const parts = [...value.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
      return 1000 * parts.reduce((sum, [, many, unit]) => sum + Number(many) * (units[unit || "s"] ?? 1), 0);
    },
  };
}

function familyOf(name: string): 0 | 4 | 6 {
  return name === "inet" ? 4 : name === "inet6" ? 6 : 0;
}

function notNone(value: string | undefined): string | undefined {
  return value === undefined || value.toLowerCase() === "none" ? undefined : value;
}
