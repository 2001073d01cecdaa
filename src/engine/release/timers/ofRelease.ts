import type { Task } from "../../process/index.ts";
import type { Ground } from "../ground.ts";
import { records } from "../history.ts";
import { areStopped, processesAt } from "../swarm/tasks.ts";
import { setTimers } from "./set.ts";

/**
 * Has a stage start by the clock what a release of it has to be started so; none where there is no release, or where it
 * was stopped.
 */
export async function setTimersOf(ground: Ground, release: number | undefined, task: Task): Promise<void> {
  const services = await processesAt(ground.sites[0].docker, ground.place, task.signal);
  if (release === undefined || areStopped(services)) return setTimers(ground, [], task);
  const record = (await records(ground, task.signal)).find(({ number }) => number === release);
  // what nobody remembers is left as it is
  if (record !== undefined) await setTimers(ground, Object.values(record.processes), task);
}
