import { type Task, toFault } from "../process/index.ts";
import { tellEdges } from "./edge.ts";
import type { Ground } from "./ground.ts";
import { records, running } from "./history.ts";
import { labelsOf } from "./place.ts";
import { append, type Entry, readJournal, unfinished } from "./state/journal.ts";
import { type Applied, releaseOf } from "./swarm/apply.ts";
import { judge } from "./swarm/judge.ts";
import { sweepOnce } from "./swarm/once.ts";
import { until } from "./swarm/pace.ts";
import { takeBack } from "./swarm/roll.ts";
import { processesAt, type SwarmService, serviceNamed, tasksOf } from "./swarm/tasks.ts";
import { setTimersOf } from "./timers/ofRelease.ts";

/** What a replica may take beyond its own time to start, and beyond the time that Swarm watches it. */
const slackMs = 60_000;

/**
 * Ends what somebody began who is gone: killed, or cut off for longer than their lock lasts. Swarm went on without them,
 * so it is waited for; what it does not get through with is taken back, and so is the half of what is mixed. Then the
 * journal is told how it ended.
 */
export async function conclude(ground: Ground, now: () => Date, task: Task): Promise<void> {
  const { memory } = ground;
  const begun = unfinished(await readJournal(memory, task.signal));
  if (begun === undefined) return;
  const { who, did, release } = begun;
  const plan = {
    id: "interrupted",
    title: `End what ${who} began`,
    why: "Whoever began it is gone, and the servers went on without them: what is half done is ended first.",
  };
  await task.step(plan, async (step) => {
    const { signal } = task;
    const { place, sites } = ground;
    const labels = Object.entries(labelsOf(place)).map((pair) => pair.join("="));
    await sweepOnce(sites[0].docker, labels, signal, (name) =>
      step.line({ from: "stdout", text: `${name} still runs: it is let run to its end` }),
    );
    await settle(ground, begun, signal);
    const runs = await running(ground, signal);
    const releasing = ["deploy", "rollback", "redeploy"].includes(did);
    const rest = [
      await wordsOf(tellEdges(ground, signal)),
      // they are set last: whoever is gone may not have come to that
      releasing && runs.length <= 1 ? await wordsOf(setTimersOf(ground, runs[0], task)) : "",
    ];
    const says = [standing(runs), ...rest].filter(Boolean).join(" ");
    await append(
      memory,
      {
        ...{ at: now().toISOString(), who, did, outcome: "interrupted", says, runs },
        ...(release === undefined ? {} : { release }),
      },
      signal,
    );
    step.says(says);
  });
}

/** Why something could not be done, where the rest must go on all the same. */
const wordsOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (thrown: unknown) => toFault(thrown).says,
  );

/** What runs of a place, in a sentence. */
function standing(releases: readonly number[]): string {
  if (releases.length === 0) return "Nothing runs.";
  if (releases.length === 1) return `Release ${releases[0]} runs.`;
  return `Releases ${releases.join(" and ")} run side by side.`;
}

async function settle(ground: Ground, begun: Entry, signal: AbortSignal): Promise<void> {
  const [{ docker }] = ground.sites;
  const processes = () => processesAt(docker, ground.place, signal);
  const back: Applied[] = [];
  for (const service of await processes())
    if ((await fate(ground, service, begun, signal)) === "stuck") back.push(appliedTo(service));
  if (back.length > 0) await takeBack(docker, back, signal);
  const record = (await records(ground, signal)).find(({ number }) => number === begun.release);
  const names = Object.values(record?.processes ?? {}).map(({ Name }) => Name);
  const services = (await processes()).filter(({ Spec }) => names.includes(Spec.Name));
  const numbers = new Set(services.map(({ Spec }) => releaseOf(Spec)));
  const half = services.filter((service) => isHalf(service, begun));
  if (numbers.size > 1 && half.length > 0) await takeBack(docker, half.map(appliedTo), signal);
}

/** Whether Swarm gets through with a service. What was there before always may stay; only what is new can be stuck. */
async function fate(
  { profile, stage, sites }: Ground,
  { ID, Spec }: SwarmService,
  begun: Entry,
  signal: AbortSignal,
): Promise<"through" | "stuck"> {
  const [{ docker }] = sites;
  const starts = Object.values(profile.processes).map(({ health }) => health?.startMs ?? 0);
  const end = performance.now() + Math.max(0, ...starts) * 2 + stage.watchMs * 2 + slackMs;
  return until(async () => {
    const there = await serviceNamed(docker, Spec.Name ?? "", signal);
    if (there === undefined) return "through";
    const late = performance.now() > end;
    const state = there.UpdateStatus?.State;
    if (state === "rollback_started") return late ? "through" : undefined;
    if (state === "updating") return late ? "stuck" : undefined;
    if (state !== undefined || !isNews(there, begun)) return "through";
    const { is } = judge(there, await tasksOf(docker, ID, signal), true);
    if (is === "live") return "through";
    return is === "failed" || late ? "stuck" : undefined;
  }, signal);
}

/** Whether a service is of the release that was begun, and was not there before it. */
function isNews({ Spec, PreviousSpec }: SwarmService, { did, release }: Entry): boolean {
  return did === "deploy" && releaseOf(Spec) === String(release) && !PreviousSpec;
}

/** Whether a service has become what was begun, and can become again what it was. */
function isHalf(service: SwarmService, begun: Entry): boolean {
  const { Spec, PreviousSpec } = service;
  if (isNews(service, begun)) return true;
  const was = PreviousSpec ? releaseOf(PreviousSpec) : undefined;
  return releaseOf(Spec) === String(begun.release) && was !== undefined && was !== releaseOf(Spec);
}

const appliedTo = ({ ID, Spec, PreviousSpec }: SwarmService): Applied => ({
  ...{ name: Spec.Name ?? "", id: ID, release: releaseOf(Spec) },
  ...(PreviousSpec ? { before: PreviousSpec } : {}),
});
