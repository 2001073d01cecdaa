import { execForm } from "../blueprint/index.ts";
import { fault, type Task } from "../process/index.ts";
import type { Ground } from "./ground.ts";
import { serviceName, stackOf } from "./place.ts";
import type { Draft } from "./record.ts";
import type { Ingredients } from "./spec/part.ts";
import { onceSpec, rehearsalSpec } from "./spec/task.ts";
import { boots, runOnce } from "./swarm/once.ts";
import { examineOn } from "./swarm/postMortem.ts";

/**
 * Boots the new image on the server with all that it will be given, where no request finds it. Only processes with a
 * port: a worker would take jobs, and what writes to a volume must not do so twice.
 */
export async function rehearse(
  { place, profile, sites }: Ground,
  wanted: Draft,
  ingredients: Ingredients,
  task: Task,
): Promise<void> {
  const [{ docker }] = sites;
  for (const { name, port, volumes } of Object.values(profile.processes)) {
    const spec = wanted.processes[name];
    if (spec === undefined || port === undefined) continue;
    const plan = {
      id: `rehearsal/${name}`,
      title: `Rehearsal of ${name}`,
      why: "The very image boots on the server, with its settings and secrets, before any traffic reaches it.",
    };
    if (Object.keys(volumes).length > 0) {
      task.skip(plan, "it writes to a volume, which two must not do at once");
      continue;
    }
    await task.step(plan, async (step) => {
      const { well, healthy, reason, lastLines } = await boots(
        docker,
        rehearsalSpec(place, spec, ingredients.home),
        examineOn(sites, task.signal),
        task.signal,
      );
      // without its migration it may be unwell for a good reason; that it boots is seen all the same
      if (healthy || (well && wanted.release)) {
        if (!healthy) step.says("boots, and is not well before the release command has run");
        return;
      }
      throw fault("rehearsal-failed", [name, stackOf(place), reason], { lastLines });
    });
  }
}

/** Runs the release command once, in the new image. What it prints goes on to whoever looks, and is kept nowhere. */
export async function runReleaseCommand(
  { place, profile, sites }: Ground,
  { release, number }: Draft,
  ingredients: Ingredients,
  task: Task,
): Promise<void> {
  const process = release && profile.processes[release.process];
  if (release === undefined || process === undefined) return;
  const name = serviceName(place, `release-${number}`);
  const spec = onceSpec(name, execForm(release.run), process, ingredients);
  const plan = {
    id: "release-command",
    title: release.run,
    why: "Once for each release, in the new image, before traffic moves: what runs still fits the old data, or nothing moves.",
    command: `docker service logs ${name}`,
  };
  await task.step(plan, async (step) => {
    const { well, reason, lastLines } = await runOnce(
      sites[0].docker,
      spec,
      examineOn(sites, task.signal),
      task.signal,
    );
    for (const text of lastLines) step.line({ from: "stdout", text });
    if (!well) {
      // what npm adds says nothing of the command
      const last = lastLines
        .findLast((line) => line.trim() !== "" && !/^npm (notice|warn|error)/i.test(line))
        ?.trim();
      const why = last === undefined ? reason : `${reason.replace(/\.$/, "")}: ${last.replace(/\.$/, "")}.`;
      throw fault("release-command-failed", [release.run, stackOf(place), why], { lastLines });
    }
  });
}
