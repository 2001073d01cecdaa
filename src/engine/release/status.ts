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
  unwell,
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

const inspected = z.object({
  Image: z.string(),
  State: z.object({ Health: z.object({ Status: z.string() }).nullish() }),
});

/** What a server says of a container: the image that it is, and whether its health check fails. */
interface Seen {
  image: string;
  ill: boolean;
}

const imageNameOf = ({ Spec }: SwarmService): string => containerOf(Spec).Image ?? "";

/** What runs of a stage, asked on its servers now. */
export async function stageStatus(ground: Ground, now: Date, signal: AbortSignal): Promise<StageStatus> {
  const { place, sites } = ground;
  const [{ docker }] = sites;
  const numbers = await running(ground, signal);
  const record = (await records(ground, signal)).find(({ number }) => number === numbers.at(-1));
  const services = await processesAt(docker, place, signal);
  const replicas: Replica[] = [];
  const short: StageStatus["short"] = [];
  for (const service of services) {
    const process = service.Spec.Labels?.["sistership.process"] ?? "";
    const recorded = service.Spec.Labels?.["sistership.image"] ?? "";
    const wants = wantedOf(service);
    const tasks = (await tasksOf(docker, service.ID, signal)).filter(
      (task) => task.DesiredState === "running",
    );
    let has = 0;
    for (const task of tasks) {
      const site = sites.find(({ node }) => node === task.NodeID);
      const id = task.Status.ContainerStatus?.ContainerID;
      const runs = task.Status.State === "running";
      const of = { reference: imageNameOf(service), digest: recorded };
      const seen = site && id && runs ? await seenOn(site, id, of, signal) : undefined;
      const well = runs && seen?.ill !== true;
      if (well) has++;
      replicas.push({
        process,
        server: site?.name ?? "a server outside the stage",
        state: seen?.ill ? "unhealthy" : task.Status.State,
        ...(well ? {} : { says: runs ? unwell : complaint(task) }),
        ...(seen === undefined ? {} : { image: seen.image, same: seen.image === recorded }),
        current: isCurrent(task, service),
      });
    }
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
 * A container as its server sees it, with the digest of its image's configuration. Most engines call an image by just that; those with
 * containerd's store call it by its manifest, and then it is the image that was proved to be this when it was shipped.
 */
async function seenOn(
  { docker }: Site,
  container: string,
  { reference, digest }: { reference: string; digest: string },
  signal: AbortSignal,
): Promise<Seen> {
  const { Image, State } = inspected.parse(
    await docker.getContainer(container).inspect({ abortSignal: signal }),
  );
  const ill = State.Health?.Status === "unhealthy";
  if (Image === digest) return { image: digest, ill };
  const shipped = await docker
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  return { image: shipped?.Id === Image ? digest : Image, ill };
}
