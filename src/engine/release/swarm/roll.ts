import type Docker from "dockerode";
import { canonical } from "../canonical.ts";
import type { Ailing } from "./ailing.ts";
import { type Applied, releaseOf, remove, update } from "./apply.ts";
import { type Judgement, judge, judgeWatched } from "./judge.ts";
import { until } from "./pace.ts";
import type { Examine } from "./postMortem.ts";
import { isOver, lostNodes, serviceNamed, tasksOf } from "./tasks.ts";

/** How a roll turned out; what failed says so in its own last lines. */
export type Turnout = { held: true } | { held: false; name: string; reason: string; lastLines: string[] };

interface Watching {
  docker: Docker;
  examine: Examine;
  /** Left out where Swarm's word is enough. */
  ailing?: Ailing;
  signal: AbortSignal;
  onChange: (name: string, says: string) => void;
}

/** Settles when every replica of every service is the new one and well, or one of them has failed. */
export async function settle(
  applied: readonly Applied[],
  { deadlineMs, ...watching }: Watching & { deadlineMs: number },
): Promise<Turnout> {
  const { docker, signal, onChange, examine, ailing } = watching;
  const end = performance.now() + deadlineMs;
  const said = new Map<string, string>();
  return until(async () => {
    let coming = 0;
    for (const one of applied) {
      const judged = await look(one, docker, signal, (service, tasks) =>
        judge(service, tasks, one.before === undefined, ailing),
      );
      if (judged.is === "failed") return failed(one, judged, examine);
      if (judged.is === "live") continue;
      coming++;
      if (said.get(one.name) !== judged.says) onChange(one.name, judged.says);
      said.set(one.name, judged.says);
      if (performance.now() > end) {
        const reason = late(deadlineMs, judged.says, await lostNodes(docker));
        return failed(one, { is: "failed", reason }, examine);
      }
    }
    return coming === 0 ? { held: true } : undefined;
  }, signal);
}

/** Watches what is live for a while. Swarm watches too, and goes back by itself, whether we are there or not. */
export async function watch(
  applied: readonly Applied[],
  { docker, signal, watchMs, examine, ailing }: Omit<Watching, "onChange"> & { watchMs: number },
): Promise<Turnout> {
  const seen = new Set<string>();
  for (const { id } of applied)
    for (const task of await tasksOf(docker, id, signal)) if (isOver(task)) seen.add(task.ID);
  const end = performance.now() + watchMs;
  return until(async () => {
    for (const one of applied) {
      const judged = await look(one, docker, signal, (service, tasks) =>
        judgeWatched(service, tasks, seen, ailing),
      );
      if (judged.is === "failed") return failed(one, judged, examine);
    }
    return performance.now() >= end ? { held: true } : undefined;
  }, signal);
}

/**
 * Takes back what was applied: what was made anew goes, what was changed becomes what it was, as carefully as it was
 * changed. Answers with the names of those that did not come back.
 */
export async function takeBack(
  docker: Docker,
  applied: readonly Applied[],
  signal: AbortSignal,
): Promise<string[]> {
  for (const { name, before, release } of applied) {
    const there = await serviceNamed(docker, name, signal);
    if (there === undefined || releaseOf(there.Spec) !== release) continue; // who has broken our lock is at it
    if (before === undefined) {
      await remove(docker, name, signal);
      continue;
    }
    // Swarm may have gone back by itself; and "the one before" of what was never changed is another
    if (canonical(there.Spec) !== canonical(before)) await update(docker, there, before, signal, true);
  }
  const back = applied.filter(({ before }) => before !== undefined);
  const lost: string[] = [];
  for (const one of back) {
    const turnout = await until(async () => {
      const there = await serviceNamed(docker, one.name, signal);
      if (there === undefined || there.UpdateStatus?.State === "rollback_paused") return "lost";
      if (there.UpdateStatus?.State === "rollback_started") return undefined;
      return judge({ ...there, UpdateStatus: null }, await tasksOf(docker, there.ID, signal), false).is ===
        "live"
        ? "back"
        : undefined;
    }, signal).catch(() => "lost");
    if (turnout === "lost") lost.push(one.name);
  }
  return lost;
}

async function look(
  { name, id }: Applied,
  docker: Docker,
  signal: AbortSignal,
  verdict: (
    service: NonNullable<Awaited<ReturnType<typeof serviceNamed>>>,
    tasks: Awaited<ReturnType<typeof tasksOf>>,
  ) => Judgement,
): Promise<Judgement> {
  const service = await serviceNamed(docker, name, signal);
  if (service === undefined) return { is: "failed", reason: "it was removed by somebody else." };
  return verdict(service, await tasksOf(docker, id, signal));
}

const late = (ms: number, says: string, lost: readonly string[]) =>
  `after ${Math.round(ms / 1000)} s, ${says}${lost.length === 0 ? "" : `; ${lost.join(", ")} cannot be reached`}.`;

async function failed(
  { name }: Applied,
  { task, reason }: Extract<Judgement, { is: "failed" }>,
  examine: Examine,
): Promise<Turnout> {
  const found = task === undefined ? { reason, lastLines: [] } : await examine(task);
  return { held: false, name, reason: found.reason, lastLines: found.lastLines };
}
