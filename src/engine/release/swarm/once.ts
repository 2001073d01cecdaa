import type Docker from "dockerode";
import { remove } from "./apply.ts";
import { until } from "./pace.ts";
import type { Examine } from "./postMortem.ts";
import { isHomeless, isOver, type SwarmTask, servicesWith, tasksOf } from "./tasks.ts";

/** So long a task may wait for a server that takes it. Swarm itself would wait for ever. */
const homelessMs = 30_000;
/** So long a command is let run whose deploy is gone: its server may be gone too, and then it never ends. */
const orphanMs = 900_000;

export type Ended = { well: boolean; reason: string; lastLines: string[] };

/** Runs a service that does one thing and ends, to its end; nothing of it stays. */
export async function runOnce(
  docker: Docker,
  spec: Docker.ServiceSpec,
  examine: Examine,
  signal: AbortSignal,
): Promise<Ended> {
  const { id } = await docker.createService({ ...spec, abortSignal: signal });
  try {
    const task = await taskOf(docker, id, isOver, signal);
    const { reason, lastLines } = await examine(task);
    return { well: task.Status.State === "complete", reason, lastLines };
  } finally {
    await remove(docker, spec.Name ?? "", AbortSignal.timeout(30_000)).catch(() => undefined); // swept next time
  }
}

/**
 * Boots one task of a service that nobody is led to. Well when its health check says so; where it goes on running but
 * is not well within its time, it has booted all the same, and says so.
 */
export async function boots(
  docker: Docker,
  spec: Docker.ServiceSpec,
  examine: Examine,
  signal: AbortSignal,
): Promise<Ended & { healthy: boolean }> {
  const { id } = await docker.createService({ ...spec, abortSignal: signal });
  try {
    const task = await taskOf(docker, id, (one) => isOver(one) || one.Status.State === "running", signal);
    if (task.Status.State === "running") return { well: true, healthy: true, reason: "", lastLines: [] };
    const { reason, lastLines, unhealthy } = await examine(task);
    return { well: unhealthy, healthy: false, reason, lastLines };
  } finally {
    await remove(docker, spec.Name ?? "", AbortSignal.timeout(30_000)).catch(() => undefined); // swept next time
  }
}

/**
 * Takes away what a deploy that was killed has left: it was to be there for a moment. A command that still runs is let
 * run to its end first: half a migration is worse than none, and two at once worse still.
 */
export async function sweepOnce(
  docker: Docker,
  labels: readonly string[],
  signal: AbortSignal,
  onWait: (name: string) => void = () => {},
): Promise<void> {
  for (const { ID, Spec } of await servicesWith(docker, [...labels, "sistership.once=1"], signal)) {
    const name = Spec.Name ?? "";
    if (Spec.Mode?.ReplicatedJob && !(await tasksOf(docker, ID, signal)).some(isOver)) {
      onWait(name);
      const end = performance.now() + orphanMs;
      const over = async () =>
        (await tasksOf(docker, ID, signal)).some((task) => isOver(task) || isHomeless(task));
      await until(async () => ((await over()) || performance.now() > end ? true : undefined), signal);
    }
    await remove(docker, name, signal);
  }
}

/** The first task that is as wanted, or one that no server has taken for too long. */
async function taskOf(
  docker: Docker,
  id: string,
  wanted: (task: SwarmTask) => boolean,
  signal: AbortSignal,
): Promise<SwarmTask> {
  const end = performance.now() + homelessMs;
  return until(async () => {
    const tasks = await tasksOf(docker, id, signal);
    return tasks.find(wanted) ?? (performance.now() > end ? tasks.find(isHomeless) : undefined);
  }, signal);
}
