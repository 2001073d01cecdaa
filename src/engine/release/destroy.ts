import { fault, type Task } from "../process/index.ts";
import { tellEdges } from "./edge.ts";
import type { Ground } from "./ground.ts";
import { labelsOf, stackOf } from "./place.ts";
import { remove } from "./swarm/apply.ts";
import { secretsOf } from "./swarm/kept.ts";
import { until } from "./swarm/pace.ts";
import { setPage } from "./swarm/pages.ts";
import { markNodes } from "./swarm/prepare.ts";
import { servicesWith } from "./swarm/tasks.ts";
import { stopTimers } from "./timers/set.ts";
import { type Doer, undertake } from "./undertake.ts";

/**
 * Takes a stage off its servers, its data included. Whoever wants that says its name. The journal and the records stay:
 * they say that it was there, and who took it away.
 */
export async function destroy(
  { ground, name, ...doer }: Doer & { ground: Ground; name: string },
  task: Task,
): Promise<void> {
  const { place, sites } = ground;
  const [{ docker }] = sites;
  if (name !== stackOf(place)) throw fault("name-wanted", [stackOf(place)]);
  const labels = Object.entries(labelsOf(place)).map((pair) => pair.join("="));
  await undertake(ground, doer, "destroy", task, async ({ task, begins }) => {
    const { signal } = task;
    await begins({});
    await task.step(
      {
        id: "services",
        title: "Services",
        why: "First nothing runs any more, so that nothing holds what follows.",
      },
      async () => {
        await stopTimers(ground, signal);
        for (const { Spec } of await servicesWith(docker, labels, signal))
          await remove(docker, Spec.Name ?? "", signal);
        await tellEdges(ground, signal);
        for (const site of sites)
          await until(async () => {
            const left = await site.docker.listContainers({
              all: true,
              filters: { label: labels },
              abortSignal: signal,
            });
            return left.length === 0 ? true : undefined;
          }, signal);
      },
    );
    await task.step(
      {
        id: "data",
        title: "Volumes, secrets, network",
        why: "This is what cannot be undone.",
        command: `docker volume ls --filter label=${labels[0]}`,
      },
      async () => {
        for (const site of sites) {
          const { Volumes = [] } = await site.docker.listVolumes({ filters: { label: labels } });
          for (const { Name } of Volumes) await site.docker.getVolume(Name).remove({ abortSignal: signal });
        }
        await setPage(docker, place, undefined, signal);
        for (const { id } of await secretsOf(docker, place, signal))
          await docker.getSecret(id).remove({ abortSignal: signal });
        const networks = await docker.listNetworks({ filters: { label: labels } });
        for (const { Id } of networks) await docker.getNetwork(Id).remove({ abortSignal: signal });
        await markNodes(docker, place, []);
      },
    );
  });
}
