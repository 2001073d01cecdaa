import type { Facts, KnownServer, SetUpPlan } from "../../engine/server/index.ts";
import { applicationRows } from "../release/rows.ts";
import type { StageSeen } from "../release/stages.ts";
import { icons, type Row } from "../tree/row.ts";

/** What is known of a server, and since when. */
export type ServerState =
  | { is: "looking"; before?: Known }
  | ({ is: "known" } & Known)
  | { is: "trouble"; says: string; at: Date };

export interface Known {
  facts: Facts;
  /** What somebody should see to, in words. */
  concerns: readonly string[];
  /** What setting it up would take, where root has looked: others are not told all of it. */
  plan?: SetUpPlan;
  at: Date;
}

/** The user's servers: those that need attention first, the unknown grey, each state with its age. */
export function serverRows(
  servers: readonly KnownServer[],
  states: ReadonlyMap<string, ServerState>,
  stages: readonly StageSeen[] = [],
): Row[] {
  return servers
    .map((server) => ({ server, state: states.get(server.name) }))
    .sort((a, b) => rank(a.state) - rank(b.state))
    .map(({ server, state }) =>
      serverRow(
        server,
        state,
        stages.filter((stage) => stage.servers.includes(server.name)),
      ),
    );
}

function rank(state: ServerState | undefined): number {
  if (state === undefined || state.is === "looking") return 2;
  if (state.is === "trouble") return 0;
  return isReady(state) && state.concerns.length === 0 ? 3 : 1;
}

function serverRow(server: KnownServer, state: ServerState | undefined, stages: readonly StageSeen[]): Row {
  const { name } = server;
  const known = state?.is === "known" ? state : state?.is === "looking" ? state.before : undefined;
  const says = sentence(name, state);
  const ready = known !== undefined && isReady(known);
  const swarm = known?.facts.swarm.role;
  const others = known?.facts.swarm.role === "manager" ? known.facts.swarm.applications : [];
  const applications = applicationRows(name, stages, others);
  return {
    // rows whose children come later would stay folded under the same id
    id: `server/${name}${known ? "" : "?"}`,
    label: name,
    description: says,
    tooltip: [`**${name}** · ${server.address}`, labels(server), says].filter(Boolean).join("\n\n"),
    icon: iconOf(state, known),
    spoken: `${name}: ${says}`,
    facets: [
      "server",
      ...(known && !ready ? (["unready"] as const) : []),
      ...(swarm === "manager" || swarm === "worker" ? (["member"] as const) : []),
    ],
    subject: name,
    expanded: (known !== undefined && !ready) || stages.length > 0,
    children: [
      ...(known ? [readyRow(name, known), ...concernRows(name, known)] : []),
      ...applications,
      ...(known ? factRows(name, known) : []),
    ],
  };
}

/** Whether releases may come; where only a user looked, by what it was told. */
export function isReady({ facts: { swarm }, plan }: Pick<Known, "facts" | "plan">): boolean {
  if (plan) return steps(plan) === 0 && plan.refusals.length === 0;
  return swarm.role === "worker" || (swarm.role === "manager" && swarm.edge !== undefined);
}

const steps = ({ operations }: SetUpPlan): number => operations.filter(({ state }) => state.needed).length;

function iconOf(state: ServerState | undefined, known: Known | undefined): NonNullable<Row["icon"]> {
  if (state === undefined) return icons.unknown;
  if (state.is === "looking") return icons.busy;
  if (state.is === "trouble") return icons.bad;
  return known && isReady(known) && known.concerns.length === 0 ? icons.good : icons.found;
}

function sentence(name: string, state: ServerState | undefined): string {
  if (state === undefined) return "not looked at yet";
  if (state.is === "looking") return "looking…";
  const time = clock(state.at);
  if (state.is === "trouble") return `${state.says.replace(`${name} `, "")} (${time})`; // the label says the name
  const { facts, plan } = state;
  const { system, docker, swarm, load, cores, disk } = facts;
  const role = swarm.role === "manager" || swarm.role === "worker" ? swarm.role : "ready";
  return [
    isReady(state) ? role : plan && plan.refusals.length > 0 ? "cannot be set up" : "not set up",
    load === undefined ? undefined : `load ${percent(load / cores)}`,
    disk && `disk ${percent(1 - disk.freeBytes / disk.totalBytes)}`,
    "version" in docker ? `Docker ${docker.version.replace(/\+.*/, "")}` : "no Docker",
    system.name.replaceAll(/ GNU\/Linux| \(.*\)/g, ""),
    time,
  ]
    .filter(Boolean)
    .join(" · ");
}

function readyRow(name: string, known: Known): Row {
  const { plan } = known;
  const refusal = plan?.refusals[0];
  const ready = isReady(known);
  const count = plan ? steps(plan) : 0;
  const left = plan && `${count} ${count === 1 ? "step" : "steps"} of ${plan.operations.length}`;
  const said = refusal?.says ?? (ready ? "yes" : left ? `not yet: ${left}` : "not yet");
  const listed = plan?.operations.map(({ title, state }) =>
    state.needed ? `- ${title}` : `- ✓ ${title}: ${state.because}`,
  );
  return {
    id: `server/${name}/ready`,
    label: "Ready for releases",
    description: said,
    tooltip: refusal?.says ?? listed?.join("\n") ?? said,
    icon: refusal ? icons.bad : ready ? icons.good : icons.found,
    spoken: `Ready for releases: ${said}`,
    facets: ready || refusal ? [] : ["setUp"],
    subject: name,
  };
}

function concernRows(name: string, { concerns }: Known): Row[] {
  return concerns.map((said) => ({
    id: `server/${name}/concern/${said.replaceAll(/\d+/g, "#")}`,
    label: said.charAt(0).toUpperCase() + said.slice(1),
    icon: icons.found,
    spoken: `Needs attention: ${said}`,
  }));
}

function factRows(name: string, { facts }: Known): Row[] {
  const { system, kernel, architecture, provider, region, cores, load, memory, swap, disk, docker, swarm } =
    facts;
  const line = (label: string, ...said: (string | false | undefined)[]): Row[] => {
    const description = said.filter(Boolean).join(", ");
    if (description === "") return [];
    return [
      {
        id: `server/${name}/fact/${label}`,
        label,
        description,
        icon: { id: factIcons[label] ?? "info" },
        spoken: `${label}: ${description}`,
      },
    ];
  };
  return [
    ...line("System", system.name, architecture, kernel && `kernel ${kernel}`, provider, region),
    ...line("Load", load !== undefined && `${load.toFixed(2)} on ${cores} ${cores === 1 ? "core" : "cores"}`),
    ...line(
      "Memory",
      memory && `${size(memory.totalBytes - memory.freeBytes)} of ${size(memory.totalBytes)} used`,
      swap && (swap.totalBytes > 0 ? `${size(swap.totalBytes)} swap` : "no swap"),
    ),
    ...line("Disk", disk && `${size(disk.freeBytes)} of ${size(disk.totalBytes)} free`),
    ...line("Docker", dockerSays(docker)),
    ...line(
      "Group",
      swarm.role === "manager" &&
        `manager, ${swarm.members.length} ${swarm.members.length === 1 ? "server" : "servers"}`,
      swarm.role === "worker" && `worker of ${swarm.managers[0] ?? "another server"}`,
    ),
    ...line("Firewall", facts.firewall.on ?? "none"),
    ...line(
      "Updates",
      facts.updates.security !== undefined && updates(facts.updates.security),
      facts.updates.reboot && "a reboot is needed",
    ),
    ...line("Clock", facts.clock && clockSays(facts.clock)),
  ];
}

const factIcons: Record<string, string> = {
  System: "server",
  Load: "pulse",
  Memory: "chip",
  Disk: "database",
  Docker: "package",
  Group: "organization",
  Firewall: "shield",
  Updates: "cloud-download",
  Clock: "watch",
};

function dockerSays(docker: Facts["docker"]): string {
  switch (docker.state) {
    case "missing":
      return "not installed";
    case "podman":
      return "podman stands in its place";
    case "denied":
      return "this user may not ask it";
    case "stopped":
      return "installed, but does not answer";
    case "too-old":
      return `${docker.version}, which is too old`;
    case "running":
      return `${docker.version}, images in ${docker.store}, ${docker.containers} containers run`;
  }
}

const updates = (count: number): string =>
  count === 0
    ? "no security updates wait"
    : `${count} security ${count === 1 ? "update waits" : "updates wait"}`;

/** Beyond this, certificates, logs and leases of locks are judged wrongly. */
const tooFarMs = 5000;

function clockSays({ milliseconds: ms }: NonNullable<Facts["clock"]>): string {
  const seconds = Math.abs(ms) / 1000;
  if (Math.abs(ms) <= tooFarMs) return "right";
  return `${seconds.toFixed(0)} s ${ms > 0 ? "ahead of" : "behind"} this machine's`;
}

function labels({ entry }: KnownServer): string {
  const { region, client, price } = entry ?? {};
  return [
    region && `Region ${region}`,
    client && `for ${client}`,
    price && `${price.amount} ${price.currency} a month`,
  ]
    .filter(Boolean)
    .join(", ");
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const percent = (part: number): string => `${Math.round(part * 100)} %`;

const clock = (at: Date): string => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
