import { z } from "zod";
import { isOlder } from "../../docker/index.ts";
import type { Told } from "./read.ts";

export const leastDocker = "24.0";

/** A container that has port 80 or 443 of the server. */
interface Publisher {
  name: string;
  image: string;
  /** The service of the swarm that it is part of. */
  service: string;
  ports: number[];
}

export type DockerFacts =
  | { state: "missing"; podman: boolean }
  /** The program called docker is podman's. */
  | { state: "podman" }
  /** This user may not ask it. */
  | { state: "denied" }
  | { state: "stopped"; says: string }
  | ({ state: "too-old" } & Engine)
  | ({ state: "running" } & Engine);

interface Engine {
  version: string;
  /** Where it keeps images: `overlay2`, or `containerd` for containerd's own store. */
  store: string;
  logDriver: string;
  liveRestore: boolean;
  rootless: boolean;
  /** How many containers run. */
  containers: number;
  publishers: Publisher[];
  /** The image of the edge proxy is there. */
  hasEdgeImage: boolean;
}

export function dockerOf(told: Told): DockerFacts {
  const program = told.one("docker.program");
  if (program === undefined) return { state: "missing", podman: told.one("podman") !== undefined };
  if (/podman/i.test(program)) return { state: "podman" };
  const version = told.one("docker.version");
  if (version === undefined) {
    const says = told.all("docker.trouble").join(" ");
    return /permission denied/i.test(says) ? { state: "denied" } : { state: "stopped", says };
  }
  const engine: Engine = {
    version,
    store: /snapshotter/.test(told.one("docker.store") ?? "")
      ? "containerd"
      : (told.one("docker.driver") ?? ""),
    logDriver: told.one("docker.log") ?? "",
    liveRestore: told.one("docker.live") === "true",
    rootless: /rootless/.test(told.one("docker.security") ?? ""),
    containers: Number(told.one("docker.running") ?? 0),
    publishers: told.all("docker.publishes").map(publisher),
    hasEdgeImage: told.one("docker.caddy") !== undefined,
  };
  return { state: isOlder(version, leastDocker) ? "too-old" : "running", ...engine };
}

function publisher(line: string): Publisher {
  const [name = "", image = "", ports = "", service = ""] = line.split("\t");
  return { name, image, service, ports: [...ports.matchAll(/:(\d+)->/g)].map(([, port]) => Number(port)) };
}

/** A server of a swarm, as a manager tells it. */
export interface Member {
  id: string;
  hostname: string;
  /** The name it was set up under; undefined where that was not by us. */
  server: string | undefined;
  address: string;
  state: string;
  availability: string;
  manager: boolean;
  leader: boolean;
}

/** What belongs to one application in one stage. */
interface Application {
  name: string;
  stage: string;
  release: string | undefined;
  services: string[];
}

/** Docker Swarm on this server. */
export type SwarmFacts =
  | { role: "none" }
  /** There is a Docker, which this user may not ask or which does not answer. */
  | { role: "unknown" }
  | { role: "locked" }
  | { role: "joining"; says: string }
  | { role: "worker"; node: string; address: string; managers: string[] }
  | {
      role: "manager";
      id: string;
      node: string;
      address: string;
      /** Addresses of all managers, with their port. */
      managers: string[];
      members: Member[];
      /** Names of services without a label of ours. */
      foreign: string[];
      applications: Application[];
      /** The overlay network `sistership`: undefined where there is none. */
      network: { ours: boolean; encrypted: boolean } | undefined;
      /** The service of the edge proxy, and the version of what it was made from. */
      edge: { version: string } | undefined;
    };

const swarm = z.object({
  LocalNodeState: z.string(),
  ControlAvailable: z.boolean().default(false),
  NodeID: z.string().default(""),
  NodeAddr: z.string().default(""),
  Error: z.string().default(""),
  RemoteManagers: z.array(z.object({ Addr: z.string() })).nullish(),
  Cluster: z.object({ ID: z.string() }).nullish(),
});
const labels = z.record(z.string(), z.string()).nullish();
const node = z.object({
  id: z.string(),
  hostname: z.string(),
  state: z.string(),
  address: z.string(),
  availability: z.string(),
  labels,
  manager: z.object({ Leader: z.boolean().default(false), Addr: z.string().default("") }).nullish(),
});
const service = z.object({ name: z.string(), labels });
const network = z.object({ Labels: labels, Options: labels });

export const labelsOfOurs = {
  app: "sistership.app",
  release: "sistership.release",
  server: "sistership.server",
  stage: "sistership.stage",
  network: "sistership.network",
  edge: "sistership.edge",
};

export function swarmOf(told: Told): SwarmFacts {
  const text = told.one("docker.swarm");
  if (text === undefined) return { role: told.one("docker.program") === undefined ? "none" : "unknown" };
  const info = swarm.parse(JSON.parse(text));
  if (info.LocalNodeState === "inactive") return { role: "none" };
  if (info.LocalNodeState === "locked") return { role: "locked" };
  if (info.LocalNodeState !== "active") return { role: "joining", says: info.Error };
  const managers = (info.RemoteManagers ?? []).map(({ Addr }) => Addr);
  const own = { node: info.NodeID, address: info.NodeAddr, managers };
  if (!info.ControlAvailable) return { role: "worker", ...own };
  const services = told.all("swarm.service").map((line) => service.parse(JSON.parse(line)));
  const net = told.all("swarm.network").map((line) => network.parse(JSON.parse(line)))[0];
  const edge = services.find((one) => one.labels?.[labelsOfOurs.edge] !== undefined);
  return {
    role: "manager",
    ...own,
    id: info.Cluster?.ID ?? "",
    members: told.all("swarm.node").map((line) => member(node.parse(JSON.parse(line)))),
    foreign: services.filter((one) => !isOurs(one.labels)).map(({ name }) => name),
    applications: applicationsOf(services),
    network: net && {
      ours: net.Labels?.[labelsOfOurs.network] !== undefined,
      encrypted: net.Options?.encrypted !== undefined,
    },
    edge: edge && { version: edge.labels?.[labelsOfOurs.edge] ?? "" },
  };
}

function isOurs(given: z.infer<typeof labels>): boolean {
  return Object.keys(given ?? {}).some((key) => key.startsWith("sistership."));
}

function member({ manager, labels: given, ...told }: z.infer<typeof node>): Member {
  return {
    ...told,
    server: given?.[labelsOfOurs.server],
    // What a manager says of its own address is at times 0.0.0.0; by the other one it is known to the rest.
    address: manager?.Addr.replace(/:\d+$/, "") || told.address,
    manager: manager !== undefined && manager !== null,
    leader: manager?.Leader ?? false,
  };
}

function applicationsOf(services: readonly z.infer<typeof service>[]): Application[] {
  const found = new Map<string, Application>();
  for (const { name, labels: given } of services) {
    const [app, stage = ""] = [given?.[labelsOfOurs.app], given?.[labelsOfOurs.stage]];
    if (app === undefined) continue;
    const key = `${app} ${stage}`;
    const known = found.get(key) ?? {
      name: app,
      stage,
      release: given?.[labelsOfOurs.release],
      services: [],
    };
    found.set(key, { ...known, services: [...known.services, name] });
  }
  return [...found.values()];
}
