import { type Fault, fault, format } from "../../process/index.ts";
import { edgeConfig } from "../edge/config.ts";
import {
  createEdge,
  edgeFolders,
  edgeImage,
  edgeInitialFile,
  edgeNetwork,
  edgeService,
  edgeTasks,
} from "../edge/service.ts";
import type { Facts } from "../facts/index.ts";
import { labelsOfOurs, leastDocker } from "../facts/index.ts";
import type { Remote } from "../link.ts";
import { addressPool, advertised } from "./addresses.ts";
import { mergeDaemon } from "./daemon.ts";
import { closed, type FirewallChange, firewallChange, sshPorts } from "./firewall.ts";
import { type DockerSource, install, type Method, methodFor, put } from "./systems.ts";
import { deployUser } from "./user.ts";

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

/** Computes what a server lacks. It asks nobody and changes nothing. */
export function setUpPlan(server: string, facts: Facts, wishes: Wishes = {}): SetUpPlan {
  const method = methodFor(facts, wishes.docker);
  if (typeof method === "string") {
    const refusal = fault("system-unsupported", [server, facts.system.name, method]);
    return { server, operations: [], refusals: [refusal], questions: [] };
  }
  const daemon = daemonOperation(server, facts);
  const refusals = [...refusalsOf(server, facts, wishes), ...(daemon instanceof Error ? [daemon] : [])];
  const { address, question } = advertised(facts, wishes.address);
  const joins = wishes.joins !== undefined;
  const operations = [
    stateOperation(facts),
    ...(daemon instanceof Error ? [] : [daemon]),
    dockerOperation(facts, method),
    groupOperation(facts),
    swapOperation(facts, wishes),
    ...(wishes.user ? [deployUser(facts, wishes.user)] : []),
    firewallOperation(facts, method, wishes),
    ...(joins ? [] : [swarmOperation(server, facts, address), networkOperation(facts, wishes)]),
    imageOperation(facts),
    ...(joins ? [] : [edgeOperation(facts)]),
  ];
  const asks =
    question !== undefined && !joins && (facts.swarm.role === "none" || facts.swarm.role === "unknown");
  return { server, operations, refusals, questions: asks ? [question] : [] };
}

function refusalsOf(server: string, facts: Facts, wishes: Wishes): Fault[] {
  const { docker, swarm, user } = facts;
  const refusals: Fault[] = [];
  if (user.sudo === "none") refusals.push(fault("no-root", [server, user.name]));
  if (docker.state === "podman") refusals.push(fault("podman-there", [server]));
  if (docker.state === "too-old")
    refusals.push(
      fault("server-docker-unfit", [
        server,
        `it is ${docker.version}, and ${leastDocker} or newer is needed: update it by the way it was installed`,
      ]),
    );
  if (docker.state === "running" && docker.rootless)
    refusals.push(fault("server-docker-unfit", [server, "it runs without root, and Swarm does not work so"]));
  if (swarm.role === "locked")
    refusals.push(fault("swarm-unwell", [server, 'it is locked: open it with "docker swarm unlock"']));
  if (swarm.role === "joining")
    refusals.push(
      fault("swarm-unwell", [server, swarm.says || "it is still joining, or has lost its managers"]),
    );
  const stranger = foreignSwarm(facts);
  if (stranger !== undefined && !wishes.adopt) refusals.push(fault("swarm-foreign", [server, stranger]));
  if (swarm.role === "manager" && swarm.network && !swarm.network.ours && !wishes.adopt)
    refusals.push(fault("network-foreign", [server]));
  return [...refusals, ...heldPorts(server, facts)];
}

/** What tells that a swarm is not ours; a swarm that a cut connection left bare is, where our folder is there. */
function foreignSwarm({ swarm, state }: Facts): string | undefined {
  if (swarm.role === "worker")
    return state ? undefined : `as a worker of ${swarm.managers[0] ?? "another server"}`;
  if (swarm.role !== "manager") return undefined;
  if (swarm.network?.ours || swarm.edge || swarm.applications.length > 0) return undefined;
  if (swarm.foreign.length > 0) return `it runs ${swarm.foreign.slice(0, 3).join(", ")}`;
  return state ? undefined : "nothing runs in it yet";
}

/** Who has the ports of the edge. It is named, and left alone. */
function heldPorts(server: string, { listens, docker }: Facts): Fault[] {
  const publishers = docker.state === "running" ? docker.publishers : [];
  return [80, 443].flatMap((port) => {
    const container = publishers.find(({ ports }) => ports.includes(port));
    if (container?.service === edgeService) return [];
    const holder = listens.find(
      (one) => one.port === port && one.protocol === "tcp" && !/^(127\.|::1$)/.test(one.address),
    );
    if (container)
      return [
        fault("port-taken", [`${port} of ${server}`, `the container ${container.name} (${container.image})`]),
      ];
    if (holder === undefined) return [];
    const who = holder.process
      ? `${holder.process} (process ${holder.pid})`
      : "a program that only root is told of";
    return [fault("port-taken", [`${port} of ${server}`, who])];
  });
}

type Described = Pick<Operation, "id" | "title" | "why">;

function needed(described: Described, action: Action, remotes: readonly Remote[]): Operation {
  return { ...described, command: byHand(remotes), state: { needed: true, action } };
}

function already(described: Described, because: string, remotes: readonly Remote[] = []): Operation {
  return { ...described, command: byHand(remotes), state: { needed: false, because } };
}

function run(described: Described, remotes: Remote[]): Operation {
  return needed(described, { kind: "run", remotes }, remotes);
}

function byHand(remotes: readonly Remote[]): string {
  return remotes.map(format).join("\n");
}

function stateOperation(facts: Facts): Operation {
  const described: Described = {
    id: "state",
    title: "Make the folder that the server keeps its state in",
    why: "What runs here, since when and by whom is kept on the server itself, in /var/lib/sistership, for root alone.",
  };
  const remotes: Remote[] = [
    { program: "install", args: ["-d", "-m", "0700", ...edgeFolders], root: true },
    put(edgeInitialFile, `${JSON.stringify(edgeConfig([]), null, 2)}\n`, "0600"),
    // Where SELinux rules, containers may touch only what is marked as theirs.
    ...(facts.enforcing
      ? [
          {
            program: "chcon",
            args: ["-R", "-t", "container_file_t", "/var/lib/sistership/edge"],
            root: true,
          } as const,
        ]
      : []),
  ];
  const { state } = facts;
  const so = state?.mode === "700" && state.owner === "root" && state.edge;
  return so ? already(described, "it is there", remotes) : run(described, remotes);
}

function daemonOperation(server: string, facts: Facts): Operation | Fault {
  const { docker, daemon } = facts;
  const described: Described = {
    id: "daemon",
    title: "Keep the logs of containers from filling the disk",
    why: "Docker keeps what containers print without an end, unless it is told one; what daemon.json says already stays.",
  };
  try {
    const { text, changes } = mergeDaemon(daemon);
    const write = put("/etc/docker/daemon.json", text, "0644");
    const remotes: Remote[] = [write, { program: "systemctl", args: ["restart", "docker"], root: true }];
    if (changes.length === 0) return already(described, "it is so", remotes);
    const running = docker.state === "running" || docker.state === "too-old";
    const count = running ? docker.containers : 0;
    const stops =
      count > 0
        ? ` Docker starts anew for it: ${count} ${count === 1 ? "container stops" : "containers stop"} for some seconds.`
        : "";
    const restart = docker.state !== "missing";
    return needed(
      { ...described, why: `${described.why}${stops}` },
      { kind: "daemon", text, before: daemon, restart },
      restart ? remotes : [write],
    );
  } catch (thrown) {
    return fault(
      "daemon-file-wrong",
      [server, thrown instanceof SyntaxError ? "it is not JSON" : "its settings are not what Docker reads"],
      { cause: thrown },
    );
  }
}

function dockerOperation({ docker }: Facts, method: Method): Operation {
  const start: Remote = { program: "systemctl", args: ["enable", "--now", "docker"], root: true };
  const described: Described = {
    id: "docker",
    title: "Install Docker",
    why: `Applications run in containers, from the very image that was tested. ${method.because}.`,
  };
  const remotes = [...method.before, ...install(method.family, method.packages), start];
  if (docker.state === "running" || docker.state === "too-old")
    return already(described, `Docker ${docker.version} runs`, remotes);
  return needed(described, { kind: "docker", remotes }, remotes);
}

function groupOperation({ user }: Facts): Operation {
  const described: Described = {
    id: "docker-group",
    title: `Let ${user.name} use Docker`,
    why: "Images and logs go straight to Docker's socket. Whoever may use it can become root, which this user may anyway.",
  };
  const remotes: Remote[] = [{ program: "usermod", args: ["-aG", "docker", user.name], root: true }];
  if (user.name === "root") return already(described, "root may", remotes);
  return user.groups.includes("docker")
    ? already(described, "it is in the group docker", remotes)
    : run(described, remotes);
}

const gigabyte = 1024 ** 3;

function swapOperation({ memory, swap, disk }: Facts, wishes: Wishes): Operation {
  const described: Described = {
    id: "swap",
    title: "Add swap",
    why: "With little memory, one process that grows would have the kernel end another; swap gives it somewhere to go.",
  };
  const size = (memory?.totalBytes ?? 0) <= gigabyte ? 1 : 2;
  const remotes: Remote[] = [
    { program: "fallocate", args: ["-l", `${size}G`, "/swapfile"], root: true },
    { program: "chmod", args: ["600", "/swapfile"], root: true },
    { program: "mkswap", args: ["/swapfile"], root: true },
    { program: "swapon", args: ["/swapfile"], root: true },
    { program: "tee", args: ["-a", "/etc/fstab"], input: "/swapfile none swap sw 0 0\n", root: true },
  ];
  if (wishes.swap === false) return already(described, "not wished for", remotes);
  if (swap && swap.totalBytes > 0)
    return already(described, `there are ${gigabytes(swap.totalBytes)} of it`, remotes);
  if (memory === undefined || memory.totalBytes > 2 * gigabyte)
    return already(
      described,
      memory ? `${gigabytes(memory.totalBytes)} of memory do without` : "its memory is not known",
      remotes,
    );
  if (!/^(ext[234]|xfs)$/.test(disk?.type ?? ""))
    return already(described, `a file cannot be swap on ${disk?.type || "this disk"}`, remotes);
  if ((disk?.freeBytes ?? 0) < (size + 4) * gigabyte)
    return already(described, "the disk has no room for it", remotes);
  return run(described, remotes);
}

function gigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}

function firewallOperation(facts: Facts, { family }: Method, wishes: Wishes): Operation {
  const shut = closed(facts);
  const described: Described = {
    id: "firewall",
    title: `Let in only SSH (${sshPorts(facts).join(", ")}), HTTP and HTTPS`,
    why: `What need not be reached cannot be attacked; Swarm's own ports are for members of its group. Ports that containers publish are open all the same: Docker goes past this firewall.${shut.length > 0 ? ` Closed from outside will be ${shut.join(", ")}.` : ""}`,
  };
  if (wishes.firewall === false) return already(described, "not wished for");
  if (facts.firewall.on === "nftables")
    return already(
      described,
      "its nftables rules are somebody's own work and stay: see that they let in SSH, 80 and 443",
    );
  const members = wishes.joins ?? membersOf(facts.swarm);
  if (members === undefined)
    return already(described, "it is a worker, and which members it has to let in only its managers know");
  const change = firewallChange(facts, family, members);
  if (change === undefined) return already(described, `${facts.firewall.on} does so`);
  return needed(described, { kind: "firewall", change }, [...change.install, ...change.rules]);
}

/** The other servers of its group; undefined where it is not told them. */
function membersOf(swarm: Facts["swarm"]): string[] | undefined {
  if (swarm.role === "worker") return undefined;
  if (swarm.role !== "manager") return [];
  return swarm.members.filter(({ id }) => id !== swarm.node).map(({ address }) => address);
}

function swarmOperation(
  server: string,
  { swarm, networks, addresses }: Facts,
  address: string | undefined,
): Operation {
  const described: Described = {
    id: "swarm",
    title: "Make it a group of one",
    why: "Docker Swarm replaces containers one by one, waits until the new ones are healthy and goes back by itself; more servers may join later.",
  };
  const pool = addressPool([...networks, ...addresses.map((one) => one.address)]);
  const remotes: Remote[] = [
    {
      program: "docker",
      args: [
        ...["swarm", "init", ...(address === undefined ? [] : ["--advertise-addr", address])],
        // Swarm's own default would take addresses that providers use for private networks.
        ...["--default-addr-pool", pool, "--default-addr-pool-mask-length", "24"],
      ],
      root: true,
    },
  ];
  const command = `${byHand(remotes)}\ndocker node update --label-add ${labelsOfOurs.server}=${server} "$(docker info --format '{{.Swarm.NodeID}}')"`;
  if (swarm.role === "none" || swarm.role === "unknown")
    return { ...described, command, state: { needed: true, action: { kind: "swarm", remotes, server } } };
  if (swarm.role !== "manager") return already(described, "it is a worker of a group already", remotes);
  const named = swarm.members.find(({ id }) => id === swarm.node)?.server !== undefined;
  if (!named)
    return { ...described, command, state: { needed: true, action: { kind: "swarm", remotes: [], server } } };
  const size = swarm.members.length;
  return already(described, size > 1 ? `it is one of ${size} already` : "it is one already", remotes);
}

function networkOperation({ swarm }: Facts, { encrypted }: Wishes): Operation {
  const described: Described = {
    id: "network",
    title: "Make the network that sites and the edge share",
    why: `The edge finds the containers of a site by name, on whichever server they run.${encrypted ? " What goes between servers is encrypted." : ""}`,
  };
  const remotes: Remote[] = [
    {
      program: "docker",
      args: [
        ...["network", "create", "--driver", "overlay", "--attachable"],
        ...[
          "--label",
          `${labelsOfOurs.network}=1`,
          ...(encrypted ? ["--opt", "encrypted"] : []),
          edgeNetwork,
        ],
      ],
      root: true,
    },
  ];
  if (swarm.role === "worker") return already(described, "its group has it", remotes);
  if (swarm.role !== "manager" || swarm.network === undefined) return run(described, remotes);
  const differs = encrypted && !swarm.network.encrypted;
  return already(
    described,
    differs ? "it is there, not encrypted; it would have to be made anew" : "it is there",
    remotes,
  );
}

function imageOperation({ docker, architecture }: Facts): Operation {
  const described: Described = {
    id: "image",
    title: `Bring ${edgeImage}`,
    why: "The edge proxy is Caddy. A server that can fetch its image does so; to one that cannot, it is sent from here.",
  };
  const remotes: Remote[] = [{ program: "docker", args: ["pull", edgeImage], root: true }];
  if (docker.state === "running" && docker.hasEdgeImage) return already(described, "it is there", remotes);
  return needed(described, { kind: "image", image: edgeImage, architecture }, remotes);
}

function edgeOperation({ swarm, docker }: Facts): Operation {
  const described: Described = {
    id: "edge",
    title: "Start the edge proxy",
    why: "One Caddy on each server takes what comes in at 80 and 443 and hands it to the site of that name; a name that no site has gets a 404 of its own.",
  };
  const remotes = [createEdge()];
  if (swarm.role === "worker") return already(described, "its group runs it on every server", remotes);
  if (swarm.role !== "manager" || !swarm.edge) return needed(described, { kind: "edge", remotes }, remotes);
  const here = docker.state === "running" && docker.publishers.some(({ service }) => service === edgeService);
  if (here) return already(described, "it runs", remotes);
  return needed(described, { kind: "edge", remotes: [] }, [edgeTasks]);
}
