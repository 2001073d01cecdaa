import type Docker from "dockerode";
import { remove } from "./apply.ts";
import { until } from "./pace.ts";
import type { Examine } from "./postMortem.ts";
import { isOver, servicesWith, tasksOf } from "./tasks.ts";

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
    const task = await until(async () => (await tasksOf(docker, id, signal)).find(isOver), signal);
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
    const task = await until(
      async () =>
        (await tasksOf(docker, id, signal)).find((one) => isOver(one) || one.Status.State === "running"),
      signal,
    );
    if (task.Status.State === "running") return { well: true, healthy: true, reason: "", lastLines: [] };
    const { reason, lastLines, unhealthy } = await examine(task);
    return { well: unhealthy, healthy: false, reason, lastLines };
  } finally {
    await remove(docker, spec.Name ?? "", AbortSignal.timeout(30_000)).catch(() => undefined); // swept next time
  }
}

/** Takes away what a deploy that was killed has left: it was to be there for a moment. */
export async function sweepOnce(
  docker: Docker,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const { Spec } of await servicesWith(docker, [...labels, "sistership.once=1"], signal))
    await remove(docker, Spec.Name ?? "", signal);
}
