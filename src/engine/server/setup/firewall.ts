import type { Facts } from "../facts/index.ts";
import type { Remote } from "../link.ts";
import { install } from "./systems.ts";

/** Rules to be put in force by the protocol of lockout.ts, for they may shut out whoever brings them. */
export interface FirewallChange {
  tool: "ufw" | "firewalld";
  /** Brings the program, which changes nothing yet. */
  install: Remote[];
  rules: Remote[];
  /** It is in force already. */
  on: boolean;
  /** Files whose copy puts everything back. */
  files: string[];
}

type Opening =
  | { port: string; protocol: "tcp" | "udp"; from?: string }
  /** What overlay networks that are encrypted travel in; it has no ports. */
  | { port: undefined; protocol: "esp"; from?: string };

/** Ports that members of a swarm need of each other, and nobody else of any. */
const swarmPorts: readonly Opening[] = [
  { port: "2377", protocol: "tcp" },
  { port: "7946", protocol: "tcp" },
  { port: "7946", protocol: "udp" },
  { port: "4789", protocol: "udp" },
  { port: undefined, protocol: "esp" },
];

/** The ports of sshd: the one that was reached, and any other that it listens at. */
export function sshPorts({ ssh, listens }: Pick<Facts, "ssh" | "listens">): number[] {
  const own = listens.filter(({ process, protocol }) => process === "sshd" && protocol === "tcp");
  return [...new Set([...(ssh ? [ssh.port] : []), ...own.map(({ port }) => port)])].sort((a, b) => a - b);
}

/** What the firewall lets in: SSH, the edge, and Swarm from its other members. */
function openings(facts: Facts, members: readonly string[]): Opening[] {
  return [
    ...sshPorts(facts).map((port): Opening => ({ port: String(port), protocol: "tcp" })),
    { port: "80", protocol: "tcp" },
    { port: "443", protocol: "tcp" },
    { port: "443", protocol: "udp" },
    ...members.flatMap((from) => swarmPorts.map((opening) => ({ ...opening, from }))),
  ];
}

/** What is missing in the firewall; undefined where nothing is. */
export function firewallChange(
  facts: Facts,
  family: "debian" | "fedora",
  members: readonly string[],
): FirewallChange | undefined {
  const tool =
    facts.firewall.on === "firewalld" || (facts.firewall.on !== "ufw" && family === "fedora")
      ? "firewalld"
      : "ufw";
  const wanted = openings(facts, members);
  const there = facts.firewall.on === tool ? facts.firewall.rules.map((rule) => normal(rule)) : [];
  const missing = wanted.filter((opening) => !there.includes(normal(said(tool, opening))));
  if (facts.firewall.on === tool && missing.length === 0) return undefined;
  const packaged = facts.firewall.has.includes(tool) ? [] : install(family, [tool]);
  const on = facts.firewall.on === tool;
  return tool === "ufw"
    ? { tool, on, install: packaged, rules: ufw(missing, on), files: ["/etc/ufw", "/etc/default/ufw"] }
    : { tool, on, install: packaged, rules: firewalld(missing, on), files: ["/etc/firewalld"] };
}

/** Lets another member of the swarm in. Only opens, so it locks nobody out. */
export function admit(facts: Facts, member: string): Remote[] {
  const theirs = swarmPorts.map((opening) => ({ ...opening, from: member }));
  if (facts.firewall.on === "ufw") return theirs.map(ufwRule);
  if (facts.firewall.on === "firewalld") return [...theirs.map(firewalldRule), reload];
  return [];
}

/** Takes back what a member that has left was let in by. */
export function dismiss({ firewall: { on, rules } }: Facts, member: string): Remote[] {
  const there = rules.map(normal);
  const theirs = swarmPorts.map((opening) => ({ ...opening, from: member }));
  if (on === "ufw")
    return theirs
      .map((opening) => said("ufw", opening))
      .filter((rule) => there.includes(rule))
      .map((rule) => ({ program: "ufw", args: ["delete", ...rule.split(" ").slice(1)], root: true }));
  const rich = theirs.map((opening) => said("firewalld", opening)).filter((rule) => there.includes(rule));
  if (on !== "firewalld" || rich.length === 0) return [];
  const args = ["--permanent", ...rich.map((rule) => `--remove-rich-rule=${rule}`)];
  return [{ program: "firewall-cmd", args, root: true }, reload];
}

/** What is reached from outside today and would be no longer: it is said before it happens. */
export function closed(facts: Facts): string[] {
  const open = new Set(
    [...openings(facts, []), ...swarmPorts].map(({ port, protocol }) => `${port}/${protocol}`),
  );
  const names = facts.listens
    .filter(
      ({ address, process }) =>
        !/^(127\.|::1$)/.test(address) && !/^(docker-proxy|dockerd|systemd-.*|dhc.*)$/.test(process ?? ""),
    )
    .filter(({ port, protocol }) => !open.has(`${port}/${protocol}`))
    .map(({ port, protocol, process }) => `${port}/${protocol}${process ? ` (${process})` : ""}`);
  return [...new Set(names)];
}

function ufw(missing: readonly Opening[], on: boolean): Remote[] {
  const start: Remote[] = [
    { program: "ufw", args: ["default", "deny", "incoming"], root: true },
    { program: "ufw", args: ["--force", "enable"], root: true },
  ];
  return [...missing.map(ufwRule), ...(on ? [] : start)];
}

function ufwRule(opening: Opening): Remote {
  return { program: "ufw", args: said("ufw", opening).split(" ").slice(1), root: true };
}

const reload: Remote = { program: "firewall-cmd", args: ["--reload"], root: true };

function firewalld(missing: readonly Opening[], on: boolean): Remote[] {
  const start: Remote = { program: "systemctl", args: ["enable", "--now", "firewalld"], root: true };
  // `--permanent` is asked of the program that runs, so it is started first; what it lets in by itself is SSH at 22.
  const offline = missing.map((opening): Remote => {
    const { args = [] } = firewalldRule(opening);
    return { program: "firewall-offline-cmd", args: args.filter((arg) => arg !== "--permanent"), root: true };
  });
  return on ? [...missing.map(firewalldRule), reload] : [...offline, start];
}

function firewalldRule(opening: Opening): Remote {
  const rule = said("firewalld", opening);
  const option = opening.from === undefined ? `--add-port=${rule}` : `--add-rich-rule=${rule}`;
  return { program: "firewall-cmd", args: ["--permanent", option], root: true };
}

/** A rule as the program itself says it when it is asked what it has. */
function said(tool: FirewallChange["tool"], { port, protocol, from }: Opening): string {
  if (tool === "ufw") {
    if (from === undefined) return `ufw allow ${port}/${protocol}`;
    return `ufw allow from ${from}${port === undefined ? "" : ` to any port ${port}`} proto ${protocol}`;
  }
  if (from === undefined) return `${port}/${protocol}`;
  const family = from.includes(":") ? "ipv6" : "ipv4";
  const what =
    port === undefined ? `protocol value="${protocol}"` : `port port="${port}" protocol="${protocol}"`;
  return `rule family="${family}" source address="${from}" ${what} accept`;
}

function normal(rule: string): string {
  return rule.replace(/ comment .*$/, "").trim();
}
