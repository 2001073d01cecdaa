import { Fault, fault, isCancelled, type StepPlan, type Task, toFault } from "../process/index.ts";
import type { Ground } from "./ground.ts";
import { conclude } from "./interrupted.ts";
import { stackOf } from "./place.ts";
import { append, type Deed } from "./state/journal.ts";
import { takeLock } from "./state/lock.ts";
import { whyAborted } from "./swarm/pace.ts";

/** Who does something, and when: handed in, for nothing below reads a clock or a user. */
export interface Doer {
  who: string;
  now(): Date;
}

/** Something that is being done to a place, under its lock. */
export interface Undertaking {
  task: Task;
  /** From here on something changes: the journal is told, now with what is known, and at the end how it ended. */
  begins(about: About): Promise<void>;
  /** Throws where the lock was lost: before what cannot be taken back. */
  confirm(): Promise<void>;
}

type About = Partial<Pick<Deed, "release" | "record" | "commit" | "dirty" | "images" | "says">>;

/** Does something to a place that one at a time may do, and keeps in its journal what was done and how it ended. */
export async function undertake<T>(
  ground: Ground,
  { who, now }: Doer,
  did: string,
  task: Task,
  work: (undertaking: Undertaking) => Promise<T>,
): Promise<T> {
  const { place, memory } = ground;
  const plan: StepPlan = {
    id: "lock",
    title: "Lock",
    why: "One at a time: whoever comes meanwhile is told who is at it.",
    command: `cat /var/lib/sistership/${stackOf(place)}/lock.json`,
  };
  await using held = await task.step(plan, () =>
    takeLock(memory, { owner: who, doing: did, signal: task.signal, now }),
  );
  const steps: NonNullable<Deed["steps"]> = [];
  let about: About = {};
  let begun = false;
  const write = async (more: Partial<Deed>, signal: AbortSignal) =>
    append(memory, { at: now().toISOString(), who, did, ...about, ...more }, signal);
  const undertaking: Undertaking = {
    task: recording({ ...task, signal: held.signal }, steps),
    async begins(first) {
      about = { ...about, ...first };
      await write({}, held.signal);
      begun = true;
    },
    confirm: () => held.confirm(),
  };
  try {
    await conclude(ground, now, undertaking.task);
    const result = await work(undertaking);
    if (begun) await write({ outcome: "done", steps }, AbortSignal.timeout(30_000));
    return result;
  } catch (thrown) {
    const known = explained(thrown, held.signal, did);
    if (begun)
      await write(
        { outcome: outcomeOf(known, steps), says: known.says, steps },
        AbortSignal.timeout(30_000),
      ).catch(() => undefined); // the server is out of reach: what failed first is what is told
    throw known;
  }
}

function outcomeOf(known: Fault, steps: NonNullable<Deed["steps"]>): NonNullable<Deed["outcome"]> {
  if (isCancelled(known)) return "cancelled";
  return steps.some(({ id, state }) => id === "back" && state === "done") ? "rolled-back" : "failed";
}

/** What an engine far away refuses comes as an error of its own kind. */
function explained(thrown: unknown, signal: AbortSignal, did: string): Fault {
  if (thrown instanceof Fault) return thrown;
  if (signal.aborted) return toFault(whyAborted(signal));
  if (thrown instanceof Error && "statusCode" in thrown)
    return fault("docker-failed", [did, thrown.message], { cause: thrown });
  return toFault(thrown);
}

/** The steps as the journal keeps them: how they ended, and nothing that programs printed. */
function recording(task: Task, steps: NonNullable<Deed["steps"]>): Task {
  return {
    signal: task.signal,
    async step(plan, work) {
      const { id, title } = plan;
      const begin = performance.now();
      const ms = () => Math.round(performance.now() - begin);
      let says: string | undefined;
      try {
        const result = await task.step(plan, (step) =>
          work({
            ...step,
            says(text) {
              says = text;
              step.says(text);
            },
          }),
        );
        steps.push({ id, title, state: "done", ms: ms(), ...(says === undefined ? {} : { says }) });
        return result;
      } catch (thrown) {
        steps.push({
          ...{ id, title, ms: ms() },
          ...(isCancelled(thrown)
            ? { state: "cancelled" as const }
            : { state: "failed" as const, says: toFault(thrown).says }),
        });
        throw thrown;
      }
    },
    skip(plan, because) {
      steps.push({ id: plan.id, title: plan.title, state: "skipped", says: because });
      task.skip(plan, because);
    },
  };
}
