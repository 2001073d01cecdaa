import type Docker from "dockerode";
import { fault, type Task } from "../process/index.ts";
import { goLive } from "./goLive.ts";
import type { Ground } from "./ground.ts";
import { goalOf, releases, running } from "./history.ts";
import { stackOf } from "./place.ts";
import { containerOf } from "./plan.ts";
import { preflight } from "./preflight.ts";
import type { ReleaseRecord } from "./record.ts";
import { secretsOf } from "./swarm/kept.ts";
import { serviceNamed } from "./swarm/tasks.ts";
import { type Doer, type Undertaking, undertake } from "./undertake.ts";

export interface Back extends Doer {
  ground: Ground;
  /** The release to go back to; without it, the last one that was live before this. */
  number?: number;
}

/**
 * Puts a release in place that was live before: its image and its settings, as they were recorded, as carefully as a
 * deploy. What its release command and its users did to data stays done.
 */
export async function rollback({ ground, number, ...doer }: Back, task: Task): Promise<ReleaseRecord> {
  return undertake(ground, doer, "rollback", task, async (undertaking) => {
    const { signal } = undertaking.task;
    const now = await running(ground, signal);
    const record = goalOf(await releases(ground, signal), now, ground, number);
    return putInPlace(ground, record, record.processes, now.at(-1), undertaking);
  });
}

/** Makes every replica of the release that runs anew, as it was recorded: image, settings, and how many there are. */
export async function redeploy(
  { ground, ...doer }: Omit<Back, "number">,
  task: Task,
): Promise<ReleaseRecord> {
  return undertake(ground, doer, "redeploy", task, async (undertaking) => {
    const { signal } = undertaking.task;
    const now = (await running(ground, signal)).at(-1);
    if (now === undefined) throw fault("nothing-released", [stackOf(ground.place)]);
    const record = goalOf(await releases(ground, signal), [], ground, now);
    const specs: Record<string, Docker.ServiceSpec> = {};
    for (const [name, spec] of Object.entries(record.processes))
      specs[name] = await anew(spec, ground, signal);
    return putInPlace(ground, record, specs, now, undertaking);
  });
}

/** Swarm starts anew only what differs from what runs. */
async function anew(
  spec: Docker.ServiceSpec,
  { sites }: Ground,
  signal: AbortSignal,
): Promise<Docker.ServiceSpec> {
  const there = await serviceNamed(sites[0].docker, spec.Name ?? "", signal);
  const forced = (there?.Spec.TaskTemplate?.ForceUpdate ?? 0) + 1;
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: forced } };
}

async function putInPlace(
  ground: Ground,
  record: ReleaseRecord,
  specs: Readonly<Record<string, Docker.ServiceSpec>>,
  before: number | undefined,
  { task, begins, confirm }: Undertaking,
): Promise<ReleaseRecord> {
  await task.step(
    {
      id: "preflight",
      title: `Look for release ${record.number}`,
      why: "Its images and secrets must still be there: otherwise nothing is begun.",
    },
    async () => {
      await preflight(ground, task.signal);
      await isThere(ground, record, task.signal);
    },
  );
  const { commit, dirty } = record.source;
  await begins({
    release: record.number,
    record: record.hash,
    dirty,
    images: Object.fromEntries(Object.entries(record.images).map(([name, { digest }]) => [name, digest])),
    ...(commit ? { commit } : {}),
  });
  const { watchMs } = ground.stage;
  await goLive({ ground, specs, before, watchMs, whole: true, confirm }, task);
  return record;
}

async function isThere({ sites, place }: Ground, record: ReleaseRecord, signal: AbortSignal): Promise<void> {
  for (const { name, docker } of sites)
    for (const [image, { reference }] of Object.entries(record.images))
      await docker
        .getImage(reference)
        .inspect()
        .catch((cause: unknown) => {
          throw fault("release-gone", [record.number, `the image of ${image} is no longer on ${name}`], {
            cause,
          });
        });
  const kept = (await secretsOf(sites[0].docker, place, signal)).map(({ id }) => id);
  for (const spec of Object.values(record.processes))
    for (const { SecretID = "", SecretName = "" } of containerOf(spec).Secrets ?? [])
      if (!kept.includes(SecretID))
        throw fault("release-gone", [record.number, `the secret ${SecretName} is no longer kept`]);
}
