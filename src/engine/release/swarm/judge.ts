import type { Ailing } from "./ailing.ts";
import {
  complaint,
  isCurrent,
  isHomeless,
  isOver,
  type SwarmService,
  type SwarmTask,
  unwell,
} from "./tasks.ts";

/** How a service fares that was told to become something new. */
export type Judgement =
  | { is: "coming"; says: string }
  | { is: "live" }
  | { is: "failed"; task?: SwarmTask; reason: string };

/** What is made anew may need others that are not there yet: it may fail so often before that counts. */
const forgiven = 2;

/** What ends by itself has fallen as well, however politely: it was to go on. */
const fell = ["failed", "rejected", "complete"];

/**
 * Judges a service by what Swarm says of it and of its tasks. `anew`: it was just made, so Swarm goes back to nothing.
 * `ailing`: those that run and are not well, which Swarm does not say yet.
 * Pure: all that happens on a server comes in as data.
 */
export function judge(
  service: SwarmService,
  tasks: readonly SwarmTask[],
  anew: boolean,
  ailing: Pick<Ailing, "has"> = new Set(),
): Judgement {
  const state = service.UpdateStatus?.State ?? "";
  const ended = tasks
    .filter((task) => fell.includes(task.Status.State))
    .sort((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1));
  if (state.startsWith("rollback") || state === "paused") {
    // Swarm has the old version in its place again: what failed is of neither
    const task = ended.find((one) => !isCurrent(one, service)) ?? ended[0];
    const reason = task ? complaint(task) : (service.UpdateStatus?.Message ?? "Swarm went back.");
    return { is: "failed", ...(task ? { task } : {}), reason };
  }
  const current = tasks.filter((task) => isCurrent(task, service));
  const [last, ...others] = ended.filter((task) => isCurrent(task, service));
  if (last !== undefined && anew && others.length >= forgiven)
    return { is: "failed", task: last, reason: complaint(last) };

  const wanted = service.Spec.Mode?.Replicated?.Replicas ?? 1;
  const running = current.filter(
    (task) => task.DesiredState === "running" && task.Status.State === "running",
  );
  const ill = running.find(({ ID }) => ailing.has(ID));
  if (ill !== undefined && !anew) return { is: "failed", task: ill, reason: unwell };
  const old = tasks.filter(
    (task) => !isCurrent(task, service) && task.DesiredState === "running" && !isOver(task),
  );
  if (running.length >= wanted && old.length === 0) return { is: "live" };
  const waiting = current.find(isHomeless);
  const why = waiting ? `, waiting: ${complaint(waiting)}` : "";
  const still = running.length < wanted ? "" : `, and ${old.length} of the old version have not gone`;
  return { is: "coming", says: `${running.length} of ${wanted} are well${still}${why}` };
}

/** How a service fares that was live and is watched. */
export function judgeWatched(
  service: SwarmService,
  tasks: readonly SwarmTask[],
  seen: ReadonlySet<string>,
  ailing: Pick<Ailing, "has"> = new Set(),
): Judgement {
  const judged = judge(service, tasks, false, ailing);
  if (judged.is === "failed") return judged;
  const fallen = tasks.find(
    (task) => isCurrent(task, service) && fell.includes(task.Status.State) && !seen.has(task.ID),
  );
  if (fallen) return { is: "failed", task: fallen, reason: complaint(fallen) };
  return judged;
}
