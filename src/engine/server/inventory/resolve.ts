import { onStage } from "../../blueprint/index.ts";
import { fault } from "../../process/index.ts";
import { nearest, type Profile } from "../../profile/index.ts";
import type { Target } from "../link.ts";
import type { Entry } from "./schema.ts";

/** A server that a name leads to, and who says so. */
export interface KnownServer extends Target {
  from: "team" | "own" | "ssh";
  entry: Entry | undefined;
}

interface Sources {
  /** Committed in the repository. */
  team: readonly Entry[];
  /** The user's own: a file for the CLI, a setting for the editor. */
  own: readonly Entry[];
  /** Hosts of the SSH configuration. */
  hosts: readonly string[];
}

/** All servers that have a name; where several lists have it, what the team says goes first. */
export function knownServers({ team, own, hosts }: Sources): KnownServer[] {
  const known = new Map<string, KnownServer>();
  const add = (one: KnownServer) => known.has(one.name) || known.set(one.name, one);
  for (const entry of team) add({ name: entry.name, address: entry.address, from: "team", entry });
  for (const entry of own) add({ name: entry.name, address: entry.address, from: "own", entry });
  for (const name of hosts) add({ name, address: name, from: "ssh", entry: undefined });
  return [...known.values()];
}

/** The server of that name. */
export function resolveServer(name: string, known: readonly KnownServer[]): KnownServer {
  const found = known.find((one) => one.name === name);
  if (found) return found;
  const names = known.map((one) => one.name);
  const likely = nearest(name, names);
  const near = likely ? [likely] : names.filter((one) => one.startsWith(name.slice(0, 3))).slice(0, 3);
  throw fault("no-such-server", [name, near.join(", ")]);
}

/** The servers that a stage names. */
export function serversOf(profile: Profile, stage: string, known: readonly KnownServer[]): KnownServer[] {
  const { servers = [] } = onStage(profile, stage).stages[stage] ?? {};
  return servers.map((name) => resolveServer(name, known));
}
