import { nextTime, readCron } from "../../profile/index.ts";
import type { Ground } from "../ground.ts";
import { labelsOf } from "../place.ts";
import type { ReleaseRecord } from "../record.ts";
import { complaint, type SwarmService, servicesWith, tasksOf } from "../swarm/tasks.ts";
import { cronOf, scheduledLabel, scheduledName } from "./scheduled.ts";
import { unitName } from "./units.ts";

/** How something fares that runs by the clock. */
export interface ScheduledStatus {
  process: string;
  schedule: string;
  /** Absent where the server's timer does not run, as of what was stopped. */
  next?: string;
  /** Absent where it never ran, or where what is left of it was swept away. */
  last?: { at: string; state: "running" | "done" | "failed"; says?: string };
}

export async function scheduledStatus(
  ground: Ground,
  record: ReleaseRecord | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<ScheduledStatus[]> {
  const [{ docker, link }] = ground.sites;
  const specs = Object.values(record?.processes ?? {}).filter((spec) => cronOf(spec) !== undefined);
  if (specs.length === 0) return [];
  const labels = Object.entries(labelsOf(ground.place)).map((pair) => pair.join("="));
  const services = await servicesWith(docker, [...labels, scheduledLabel], signal);
  const units = specs.map((spec) => `${unitName(ground.place, scheduledName(spec))}.timer`);
  const { stdout } = await link.run(
    { program: "systemctl", args: ["is-active", ...units] },
    { signal, timeoutMs: 20_000, accept: [0, 1, 2, 3, 4] },
  );
  const active = stdout.trim().split("\n");
  return Promise.all(
    specs.map(async (spec, at): Promise<ScheduledStatus> => {
      const schedule = cronOf(spec) ?? "";
      const read = readCron(schedule);
      const service = services.find(({ Spec }) => Spec.Name === spec.Name);
      const last = service && (await lastRun(ground, service, signal));
      return {
        ...{ process: scheduledName(spec), schedule },
        ...(read.ok && active[at] === "active" ? { next: nextTime(read.times, now).toISOString() } : {}),
        ...(last ? { last } : {}),
      };
    }),
  );
}

async function lastRun(
  { sites }: Ground,
  { ID }: SwarmService,
  signal: AbortSignal,
): Promise<ScheduledStatus["last"]> {
  const tasks = await tasksOf(sites[0].docker, ID, signal);
  const [task] = tasks.sort((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1));
  if (task === undefined) return undefined;
  const { State } = task.Status;
  const at = task.CreatedAt;
  if (State === "complete") return { at, state: "done" };
  if (["failed", "rejected", "orphaned"].includes(State))
    return { at, state: "failed", says: complaint(task) };
  return { at, state: "running" };
}
