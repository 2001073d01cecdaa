import type { Facts, SshHost } from "../../engine/server/index.ts";
import { icons, type Row } from "../tree/row.ts";

/** What is known of a server, and since when. */
export type ServerState = { at: Date } & ({ facts: Facts } | { trouble: string });

/** The user's hosts; those that need attention first, the unknown grey. */
export function serverRows(hosts: readonly SshHost[], states: ReadonlyMap<string, ServerState>): Row[] {
  return hosts
    .map((host) => ({ host, state: states.get(host.name) }))
    .sort((a, b) => rank(a.state) - rank(b.state))
    .map(({ host, state }) => row(host, state));
}

function rank(state: ServerState | undefined): number {
  if (!state) return 1;
  return "trouble" in state ? 0 : 2;
}

function row({ name }: SshHost, state: ServerState | undefined): Row {
  const says = sentence(name, state);
  return {
    id: `server/${name}`,
    label: name,
    description: says,
    tooltip: `**${name}**\n\n${says}`,
    icon: !state ? icons.unknown : "trouble" in state ? icons.bad : icons.good,
    spoken: `${name}: ${says}`,
    facets: ["server"],
    subject: name,
  };
}

function sentence(name: string, state: ServerState | undefined): string {
  if (!state) return "not checked yet";
  const time = state.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if ("trouble" in state) return `${state.trouble.replace(`${name} `, "")} (${time})`; // the label says the name
  const { system, cores, docker } = state.facts;
  const engine = docker.state === "running" ? `Docker ${docker.version}` : "no Docker";
  return `${system.name}, ${cores} ${cores === 1 ? "core" : "cores"}, ${engine} (${time})`;
}
