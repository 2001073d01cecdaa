import { type Fault, format } from "../../process/index.ts";
import type { Remote } from "../link.ts";
import type { FirewallChange } from "./firewall.ts";
import type { DockerSource } from "./systems.ts";

/** What may be chosen. Left out, it is what most people want. */
export interface Wishes {
  /** Where Docker comes from if it is not there yet: the distribution, unless that has none that is new enough. */
  docker?: DockerSource;
  /** The address under which other servers of the group reach it. Asked for where it has several. */
  address?: string;
  /** Make no swarm of its own: it will join the group of these addresses. */
  joins?: readonly string[];
  /** Go on with a swarm that somebody else made. */
  adopt?: boolean;
  /** Encrypt what services say to each other on their way between servers. It costs throughput. */
  encrypted?: boolean;
  /** false: leave the firewall as it is. */
  firewall?: boolean;
  /** false: no swap, however small the memory. */
  swap?: boolean;
  /** A user to deploy as, let in by the keys of whoever sets up. */
  user?: { name: string; sudo: boolean };
}

/** What is done in one operation, as data. */
export type Action =
  | { kind: "run"; remotes: Remote[] }
  | { kind: "docker"; remotes: Remote[] }
  | { kind: "daemon"; text: string; before: string | undefined; restart: boolean }
  | { kind: "image"; image: string; architecture: string }
  | { kind: "swarm"; remotes: Remote[]; server: string }
  | { kind: "edge"; remotes: Remote[] }
  | { kind: "firewall"; change: FirewallChange };

export interface Operation {
  id: OperationId;
  title: string;
  why: string;
  /** What does the same by hand. */
  command: string;
  /** What it takes; or, where it is so already or not wanted, in what way. */
  state: { needed: true; action: Action } | { needed: false; because: string };
}

export type OperationId =
  | "state"
  | "daemon"
  | "docker"
  | "docker-group"
  | "swap"
  | "user"
  | "firewall"
  | "swarm"
  | "network"
  | "image"
  | "edge";

/** Something that only a person knows; its answer goes into the wishes. */
export interface Question {
  wish: "address";
  ask: string;
  options: { value: string; says: string }[];
  default: string;
}

/** What setting a server up takes: the list that is shown, run and tested. */
export interface SetUpPlan {
  server: string;
  operations: Operation[];
  /** Why it must not be set up as things are. */
  refusals: Fault[];
  questions: Question[];
}

export type Described = Pick<Operation, "id" | "title" | "why">;

export function needed(described: Described, action: Action, remotes: readonly Remote[]): Operation {
  return { ...described, command: byHand(remotes), state: { needed: true, action } };
}

export function already(described: Described, because: string, remotes: readonly Remote[] = []): Operation {
  return { ...described, command: byHand(remotes), state: { needed: false, because } };
}

export function run(described: Described, remotes: Remote[]): Operation {
  return needed(described, { kind: "run", remotes }, remotes);
}

export function byHand(remotes: readonly Remote[]): string {
  return remotes.map(format).join("\n");
}
