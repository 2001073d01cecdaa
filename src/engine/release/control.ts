import type Docker from "dockerode";
import { fault, type Task } from "../process/index.ts";
import { goLive } from "./goLive.ts";
import type { Ground } from "./ground.ts";
import { running } from "./history.ts";
import { stackOf } from "./place.ts";
import { update } from "./swarm/apply.ts";
import { processesAt, type SwarmService } from "./swarm/tasks.ts";
import { stopTimers } from "./timers/set.ts";
import { type Doer, undertake } from "./undertake.ts";

export interface Control extends Doer {
  ground: Ground;
}

/** Starts every replica of a process anew, one beside the other. */
export async function restart({ ground, ...doer }: Control, process: string, task: Task): Promise<void> {
  await change({ ground, ...doer }, `restart ${process}`, process, task, (spec) => ({
    ...spec,
    TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: (spec.TaskTemplate?.ForceUpdate ?? 0) + 1 },
  }));
}

/** Says how many replicas run of a process, until a release says otherwise. */
export async function scale(
  { ground, ...doer }: Control,
  process: string,
  replicas: number,
  task: Task,
): Promise<void> {
  await change({ ground, ...doer }, `scale ${process} to ${replicas}`, process, task, (spec) => ({
    ...spec,
    Mode: { Replicated: { Replicas: replicas } },
  }));
}

/** Stops the application. Its services, its data and its releases stay; a deploy or a rollback starts it again. */
export async function stop({ ground, ...doer }: Control, task: Task): Promise<void> {
  await undertake(ground, doer, "stop", task, async ({ task, begins }) => {
    const services = await processesOf(ground, undefined, task.signal);
    await begins({});
    await task.step(
      {
        id: "stop",
        title: "Stop",
        why: "Replicas are told to end, and get the time that sistership.yaml gives them.",
        command: `docker service scale ${services.map(({ Spec }) => `${Spec.Name}=0`).join(" ")}`,
      },
      async () => {
        for (const service of services)
          await update(
            ground.sites[0].docker,
            service,
            { ...service.Spec, Mode: { Replicated: { Replicas: 0 } } },
            task.signal,
          );
        await stopTimers(ground, task.signal);
      },
    );
  });
}

async function change(
  { ground, ...doer }: Control,
  did: string,
  process: string | undefined,
  task: Task,
  become: (spec: Docker.ServiceSpec) => Docker.ServiceSpec,
): Promise<void> {
  await undertake(ground, doer, did, task, async ({ task, begins, confirm }) => {
    const services = await processesOf(ground, process, task.signal);
    const before = (await running(ground, task.signal)).at(-1);
    await begins(before === undefined ? {} : { release: before });
    const specs = Object.fromEntries(
      services.map(({ Spec }) => [Spec.Labels?.["sistership.process"] ?? "", become(Spec)]),
    );
    await goLive({ ground, specs, before, watchMs: 0, confirm }, task);
  });
}

/** The service of one process, as it runs. */
export async function processNamed(
  ground: Ground,
  process: string,
  signal: AbortSignal,
): Promise<SwarmService> {
  const [found] = await processesOf(ground, process, signal);
  if (found === undefined) throw fault("nothing-released", [stackOf(ground.place)]);
  return found;
}

async function processesOf(
  { place, sites }: Ground,
  process: string | undefined,
  signal: AbortSignal,
): Promise<SwarmService[]> {
  const services = await processesAt(sites[0].docker, place, signal);
  if (services.length === 0) throw fault("nothing-released", [stackOf(place)]);
  const nameOf = ({ Spec }: SwarmService) => Spec.Labels?.["sistership.process"] ?? "";
  const found = services.filter((service) => process === undefined || nameOf(service) === process);
  if (found.length === 0)
    throw fault("no-such-process", [process ?? "", services.map(nameOf).sort().join(", ")]);
  return found;
}
