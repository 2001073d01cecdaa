import { cleanUp, sweepArrivals } from "../image/index.ts";
import { type Task, toFault } from "../process/index.ts";
import type { Ground } from "./ground.ts";
import { records, releases } from "./history.ts";
import { labelsOf } from "./place.ts";
import { containerOf } from "./plan.ts";
import type { ReleaseRecord } from "./record.ts";
import { remove } from "./swarm/apply.ts";
import { secretsOf } from "./swarm/kept.ts";
import { isOver, processesAt, servicesWith, tasksOf } from "./swarm/tasks.ts";

/** Takes away what neither the release that runs nor one that can be gone back to needs. Data is not among it. */
export async function tidy(ground: Ground, now: ReleaseRecord, task: Task): Promise<void> {
  const plan = {
    id: "tidy",
    title: "Clean up",
    why: "Old images fill disks. As many releases are kept as the stage says, with all that going back to them takes.",
  };
  await task.step(plan, async (step) => {
    try {
      await retire(ground, now, task.signal);
      await sweepRuns(ground, task.signal);
      const kept = await forget(ground, now, task.signal);
      await removeSecrets(ground, kept, task.signal);
      await removeImages(ground, kept, new Date(now.at), task.signal);
      step.says(`${kept.length} ${kept.length === 1 ? "release" : "releases"} kept`);
    } catch (thrown) {
      // the release is live: what could not be cleaned up is cleaned up by the next one
      step.says(`left for the next time: ${toFault(thrown).says}`);
    }
  });
}

/** Processes that the profile no longer has. */
async function retire({ place, sites }: Ground, now: ReleaseRecord, signal: AbortSignal): Promise<void> {
  const [{ docker }] = sites;
  const names = Object.values(now.processes).map(({ Name }) => Name);
  for (const { Spec } of await processesAt(docker, place, signal))
    if (!names.includes(Spec.Name)) await remove(docker, Spec.Name ?? "", signal);
}

/** Programs that ran once, for somebody who was gone when they ended. */
async function sweepRuns({ place, sites }: Ground, signal: AbortSignal): Promise<void> {
  const [{ docker }] = sites;
  const labels = Object.entries(labelsOf(place)).map((pair) => pair.join("="));
  for (const { ID, Spec } of await servicesWith(docker, [...labels, "sistership.run"], signal)) {
    const tasks = await tasksOf(docker, ID, signal);
    if (tasks.length > 0 && tasks.every(isOver)) await remove(docker, Spec.Name ?? "", signal);
  }
}

/** Records of releases that are not kept, and of those that never went live. Answers with those that stay. */
async function forget(ground: Ground, now: ReleaseRecord, signal: AbortSignal): Promise<ReleaseRecord[]> {
  const { memory, stage } = ground;
  const all = await releases(ground, signal);
  const live = all
    .filter(({ live, record }) => live !== undefined && record.number !== now.number)
    .slice(0, stage.keep);
  const kept = [now.number, ...live.map(({ record }) => record.number)];
  const gone = all.map(({ record }) => record.number).filter((number) => !kept.includes(number));
  if (gone.length > 0) await memory.ask("forget", gone.map(String), signal);
  return records(ground, signal);
}

/** Versions of secrets that no kept release was given. The newest stays: it is for the next one. */
async function removeSecrets(
  { place, sites }: Ground,
  kept: readonly ReleaseRecord[],
  signal: AbortSignal,
): Promise<void> {
  const [{ docker }] = sites;
  const used = kept.flatMap(({ processes }) =>
    Object.values(processes).flatMap((spec) =>
      (containerOf(spec).Secrets ?? []).map(({ SecretID }) => SecretID),
    ),
  );
  const seen = new Set<string>();
  for (const { id, of } of await secretsOf(docker, place, signal)) {
    const key = JSON.stringify(of);
    const isNewest = !seen.has(key);
    seen.add(key);
    if (isNewest || used.includes(id) || "service" in of) continue;
    await docker
      .getSecret(id)
      .remove({ abortSignal: signal })
      .catch(() => undefined); // something still holds it: the next release tries again
  }
}

/** Images of releases that are not kept. Other stages of the application may have theirs on the same server. */
async function removeImages(
  { place, profile, stage, sites }: Ground,
  kept: readonly ReleaseRecord[],
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const spare = kept.flatMap(({ images }) => Object.values(images).map(({ reference }) => reference));
  const keep = (stage.keep + 1) * Object.keys(profile.stages).length;
  for (const { docker } of sites) {
    for (const name of Object.keys(profile.images))
      await cleanUp(docker, { repository: `${place.app}-${name}`, keep, spare }, signal);
    await sweepArrivals(docker, now, signal);
  }
}
