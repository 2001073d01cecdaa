import { setTimeout as pause } from "node:timers/promises";
import { canonical } from "./canonical.ts";
import type { Ground, Site } from "./ground.ts";
import { type Ailing, ailingOn } from "./swarm/ailing.ts";
import { linesOf } from "./swarm/postMortem.ts";
import {
  complaint,
  isOver,
  processesAt,
  type SwarmService,
  type SwarmTask,
  tasksOf,
  unwell,
} from "./swarm/tasks.ts";

/** A replica while versions change places. */
export interface RollingReplica {
  id: string;
  process: string;
  server: string;
  /** Whether it is what ran when somebody began to look, or what has come since. */
  version: "old" | "new";
  /** Well: it runs, and where it has a health check that is content. */
  state: "coming" | "well" | "going" | "failed";
  /** Swarm's own word; of one that failed, why. */
  says: string;
}

/** A line that a new replica has printed. */
export interface RollingLine {
  process: string;
  server: string;
  at: string;
  text: string;
}

/** What is seen of a roll at one moment. */
export interface Rollout {
  replicas: RollingReplica[];
  /** The last lines of the new version. */
  lines: RollingLine[];
}

/** What runs of one service, as Swarm tells it. */
export interface Seen {
  service: SwarmService;
  tasks: readonly SwarmTask[];
}

/** Swarm tells nobody how its tasks fare: it is asked while somebody looks. */
const everyMs = 1000;
const linesShown = 12;
const linesOfEach = 6;

/** Looks at a roll from now on: what runs now is the old version. Ends, without a word, when it is told to. */
export async function* rollout(ground: Ground, signal: AbortSignal): AsyncGenerator<Rollout> {
  await using ailing = ailingOn(ground.sites, signal);
  let before: readonly Seen[] | undefined;
  let shown = "";
  while (!signal.aborted) {
    try {
      const seen = await look(ground, signal);
      before ??= seen;
      const replicas = rolling(seen, before, ground.sites, ailing);
      const view = { replicas, lines: await printed(replicas, seen, ground.sites, signal) };
      const now = JSON.stringify(view);
      if (now !== shown) yield view;
      shown = now;
    } catch {
      // out of reach for a moment, or told to end: the deploy itself says what is wrong
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function look({ place, sites }: Ground, signal: AbortSignal): Promise<Seen[]> {
  const [{ docker }] = sites;
  const services = await processesAt(docker, place, signal);
  return Promise.all(
    services.map(async (service) => ({ service, tasks: await tasksOf(docker, service.ID, signal) })),
  );
}

/** The replicas that are there, or have failed since, each told apart by what it was made from. Pure. */
export function rolling(
  seen: readonly Seen[],
  before: readonly Seen[],
  sites: readonly Pick<Site, "name" | "node">[],
  ailing: Pick<Ailing, "has"> = new Set(),
): RollingReplica[] {
  const old = new Set(before.flatMap(({ service }) => keyOf(service.Spec.TaskTemplate ?? {})));
  const past = new Set(before.flatMap(({ tasks }) => tasks.filter(isOver).map(({ ID }) => ID)));
  return seen.flatMap(({ service, tasks }) =>
    tasks
      .filter((task) => !past.has(task.ID) && (!isOver(task) || hasFailed(task)))
      .map(
        (task): RollingReplica => ({
          id: task.ID,
          process: service.Spec.Labels?.["sistership.process"] ?? "",
          server: sites.find(({ node }) => node === task.NodeID)?.name ?? "no server yet",
          version: old.has(keyOf(task.Spec)) ? "old" : "new",
          ...fares(task, ailing),
        }),
      ),
  );
}

const hasFailed = ({ Status }: SwarmTask): boolean => ["failed", "rejected"].includes(Status.State);

function fares(task: SwarmTask, ailing: Pick<Ailing, "has">): Pick<RollingReplica, "state" | "says"> {
  if (hasFailed(task)) return { state: "failed", says: complaint(task) };
  if (task.DesiredState !== "running" && task.DesiredState !== "ready")
    return { state: "going", says: "stopping" };
  const { State } = task.Status;
  if (State === "running" && ailing.has(task.ID)) return { state: "failed", says: unwell };
  return State === "running" ? { state: "well", says: "running" } : { state: "coming", says: State };
}

/** What a task is made from; the same for all tasks of one version of a service. */
function keyOf(template: { ContainerSpec?: unknown; ForceUpdate?: number | undefined }): string {
  return canonical([template.ContainerSpec, template.ForceUpdate ?? 0]);
}

async function printed(
  replicas: readonly RollingReplica[],
  seen: readonly Seen[],
  sites: readonly Site[],
  signal: AbortSignal,
): Promise<RollingLine[]> {
  const fresh = replicas.filter(({ version }) => version === "new").slice(-linesOfEach);
  const tasks = seen.flatMap((one) => one.tasks);
  const all = await Promise.all(
    fresh.map(async ({ id, process, server }) => {
      const container = tasks.find(({ ID }) => ID === id)?.Status.ContainerStatus?.ContainerID;
      const site = sites.find(({ name }) => name === server);
      if (!container || site === undefined) return [];
      const log = await site.docker
        .getContainer(container)
        .logs({ stdout: true, stderr: true, timestamps: true, tail: linesOfEach, abortSignal: signal })
        .catch(() => undefined); // it is gone already
      return log === undefined ? [] : linesOf(log).map((line) => ({ process, server, ...stamped(line) }));
    }),
  );
  return all
    .flat()
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(-linesShown);
}

function stamped(line: string): Pick<RollingLine, "at" | "text"> {
  const space = line.indexOf(" ");
  return { at: line.slice(0, space), text: line.slice(space + 1) };
}
