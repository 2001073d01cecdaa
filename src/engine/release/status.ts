import { z } from "zod";
import type { Ground, Site } from "./ground.ts";
import { records, running } from "./history.ts";
import { containerOf } from "./plan.ts";
import type { Source } from "./record.ts";
import { type Holder, holder } from "./state/lock.ts";
import { pagesOf } from "./swarm/pages.ts";
import {
  areStopped,
  complaint,
  isCurrent,
  processesAt,
  type SwarmService,
  tasksOf,
  wantedOf,
} from "./swarm/tasks.ts";
import { type ScheduledStatus, scheduledStatus } from "./timers/status.ts";

/** A replica as its server sees it. */
export interface Replica {
  process: string;
  server: string;
  state: string;
  /** Why it is not well; absent where it is. */
  says?: string;
  /** The digest of the configuration of the image that it runs: read on its server, not taken from what was wished. */
  image?: string;
  /** Whether that is the image of the release's record, which was built and shipped. */
  same?: boolean;
  /** Whether it runs what its service says, or what went before. */
  current: boolean;
}

export interface StageStatus {
  app: string;
  stage: string;
  /** When the servers were asked. */
  at: string;
  /** The releases that run: one, or none; several where they were left mixed. */
  releases: number[];
  /** Whether it was told to stop: it is there, and none of it is wanted to run. */
  stopped: boolean;
  source?: Source;
  replicas: Replica[];
  /** Processes with fewer well replicas than they should have. */
  short: { process: string; has: number; wants: number }[];
  lock?: Holder;
  /** What runs by the clock. */
  scheduled: ScheduledStatus[];
  /** Since when visitors see a page in its place; absent where they do not. */
  maintenance?: string;
}

const inspected = z.object({ Image: z.string() });

const imageNameOf = ({ Spec }: SwarmService): string => containerOf(Spec).Image ?? "";

/** What runs of a stage, asked on its servers now. */
export async function stageStatus(ground: Ground, now: Date, signal: AbortSignal): Promise<StageStatus> {
  const { place, sites } = ground;
  const [{ docker }] = sites;
  const numbers = await running(ground, signal);
  const record = (await records(ground, signal)).find(({ number }) => number === numbers.at(-1));
  const services = await processesAt(docker, place, signal);
  const digests = new Map<string, string>();
  const replicas: Replica[] = [];
  const short: StageStatus["short"] = [];
  for (const service of services) {
    const process = service.Spec.Labels?.["sistership.process"] ?? "";
    const recorded = service.Spec.Labels?.["sistership.image"] ?? "";
    const wants = wantedOf(service);
    const tasks = (await tasksOf(docker, service.ID, signal)).filter(
      (task) => task.DesiredState === "running",
    );
    for (const task of tasks) {
      const site = sites.find(({ node }) => node === task.NodeID);
      const id = task.Status.ContainerStatus?.ContainerID;
      const well = task.Status.State === "running";
      const key = `${site?.name} ${id}`;
      if (site && id && well && !digests.has(key))
        digests.set(
          key,
          await configOf(site, id, { reference: imageNameOf(service), digest: recorded }, signal),
        );
      const image = digests.get(key);
      replicas.push({
        process,
        server: site?.name ?? "a server outside the stage",
        state: task.Status.State,
        ...(well ? {} : { says: complaint(task) }),
        ...(image === undefined ? {} : { image, same: image === recorded }),
        current: isCurrent(task, service),
      });
    }
    const has = tasks.filter(({ Status }) => Status.State === "running").length;
    if (has < wants) short.push({ process, has, wants });
  }
  const [page] = await pagesOf(docker, signal, place);
  const locked = await holder(ground.memory, signal);
  return {
    ...place,
    at: now.toISOString(),
    releases: numbers,
    stopped: areStopped(services),
    ...(record ? { source: record.source } : {}),
    replicas,
    ...{ short, scheduled: await scheduledStatus(ground, record, now, signal) },
    ...(locked ? { lock: locked } : {}),
    ...(page ? { maintenance: page.since } : {}),
  };
}

/**
 * The digest of the configuration of the image that a container runs. Most engines call an image by just that; those with
 * containerd's store call it by its manifest, and then it is the image that was proved to be this when it was shipped.
 */
async function configOf(
  { docker }: Site,
  container: string,
  { reference, digest }: { reference: string; digest: string },
  signal: AbortSignal,
): Promise<string> {
  const { Image } = inspected.parse(await docker.getContainer(container).inspect({ abortSignal: signal }));
  if (Image === digest) return digest;
  const shipped = await docker
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  return shipped?.Id === Image ? digest : Image;
}
