import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { listenTo } from "../../docker/index.ts";

const task = "com.docker.swarm.task.id";
const restMs = 2000;

/**
 * The tasks that run and are not well, as the engines of their servers tell. Swarm says so only of one that has ended, and
 * until then such a one has all the time to stop that its process is given.
 */
export interface Ailing extends AsyncDisposable {
  has(task: string): boolean;
}

/** Listens on every server; of one that cannot be heard, Swarm is left to tell. */
export function ailingOn(sites: readonly { docker: Docker }[], signal: AbortSignal): Ailing {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const ill = new Set<string>();
  const listening = sites.map(async ({ docker }) => {
    while (!until.aborted) {
      try {
        for await (const { action, labels } of await listenTo(
          docker,
          { event: ["health_status"], label: [task] },
          until,
        ))
          if (action.endsWith(" unhealthy")) ill.add(labels[task] ?? "");
          else ill.delete(labels[task] ?? "");
      } catch {
        // it is away: what happens there meanwhile is Swarm's to tell
      }
      await pause(restMs, undefined, { signal: until }).catch(() => undefined);
    }
  });
  return {
    has: (id) => ill.has(id),
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(listening);
    },
  };
}
