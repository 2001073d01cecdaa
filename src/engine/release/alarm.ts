import { setTimeout as pause } from "node:timers/promises";
import { type Fault, fault } from "../process/index.ts";
import { answersUntilNow } from "./accessLog.ts";
import type { Ground } from "./ground.ts";
import { stackOf } from "./place.ts";
import { add, type Count, countFromNow } from "./traffic.ts";

/** Of what was before: so long, and so many lines of the log at most. */
const beforeSeconds = 120;
const beforeLines = 5000;
const everyMs = 1000;
/** What has been going on for long hides what has just begun: so many looks back are judged apart. */
const lately = 15;

/** With fewer requests, or fewer errors, nothing is said. */
const fewest = { requests: 20, errors: 10 };
/** By how much the share of errors must have risen at least, however sure it is that it has. */
const least = 0.05;
/** Of a place that nobody visited before nothing is known: only what mostly fails is told. */
const mostly = 0.5;
/** In standard deviations: as it is asked each second, chance has many tries. */
const certainty = 3;

export interface Alarm extends AsyncDisposable {
  /** Aborts when errors rise, and with whatever it was made under. */
  readonly signal: AbortSignal;
  raised(): Fault | undefined;
}

/** Watches what visitors of a place are answered from now on, against what they were answered before. */
export async function raiseAlarm(ground: Ground, now: string, signal: AbortSignal): Promise<Alarm> {
  const alarm = new AbortController();
  const over = new AbortController();
  let raised: Fault | undefined;
  const before = await lastAnswers(ground, signal);
  const counter = countFromNow(ground, AbortSignal.any([signal, over.signal]));
  const watch = async () => {
    const looks: Count[] = [];
    while (!over.signal.aborted && raised === undefined) {
      await pause(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
      const all = counter.so();
      looks.push(all);
      const then = looks.at(-lately - 1);
      const late = {
        requests: all.requests - (then?.requests ?? 0),
        errors: all.errors - (then?.errors ?? 0),
      };
      const bad = [late, all].find((count) => rises(before, count));
      if (bad === undefined) continue;
      raised = fault("errors-rise", [stackOf(ground.place), inWords(bad), inWords(before), now]);
      alarm.abort(raised);
    }
  };
  const watching = watch();
  return {
    signal: AbortSignal.any([signal, alarm.signal]),
    raised: () => raised,
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
      await counter[Symbol.asyncDispose]();
    },
  };
}

/** Whether errors have clearly become more than they were: what had many before is held against itself. */
export function rises(before: Count, now: Count): boolean {
  if (now.requests < fewest.requests || now.errors < fewest.errors) return false;
  const [low] = range(now);
  if (before.requests < fewest.requests) return low > mostly;
  const [, high] = range(before);
  return low > high && now.errors / now.requests - before.errors / before.requests >= least;
}

/** Between what shares the true one lies, as far as so few can tell: Wilson's interval. */
function range({ requests: n, errors }: Count): [low: number, high: number] {
  const z = certainty;
  const share = errors / n;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return [middle - half, middle + half];
}

async function lastAnswers(ground: Ground, signal: AbortSignal): Promise<Count> {
  const count: Count = { requests: 0, errors: 0 };
  for (const site of ground.sites) {
    // an edge that cannot be asked now is no reason not to deploy: then nothing is known of before
    const answers = await answersUntilNow(ground, site, { tail: beforeLines, signal }).catch(() => []);
    const last = answers.at(-1)?.ts ?? 0;
    add(
      count,
      answers.filter(({ ts }) => ts > last - beforeSeconds),
    );
  }
  return count;
}

function inWords({ requests, errors }: Count): string {
  if (requests === 0) return "nobody was there";
  return `${errors} of ${requests} requests (${Math.round((errors / requests) * 100)} %)`;
}
