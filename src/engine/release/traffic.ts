import { setTimeout as pause } from "node:timers/promises";
import { answersFromNow } from "./accessLog.ts";
import type { Ground, Site } from "./ground.ts";

/** What visitors of a place did within about a second, over all its servers. */
export interface Traffic {
  at: string;
  perSecond: number;
  /** Of those, the ones that were answered with 500 and more. */
  errorsPerSecond: number;
}

/** Requests that were counted. */
export interface Count {
  requests: number;
  errors: number;
}

export interface Counter extends AsyncDisposable {
  /** Since counting began. */
  so(): Count;
}

const everyMs = 1000;

/**
 * Requests at the edges of a place, about once a second, for as long as somebody looks. Read from the logs of the edges:
 * that needs no change to them and no port, costs a server nothing while nobody looks, and tells one site from another.
 */
export async function* trafficOf(
  ground: Ground,
  signal: AbortSignal,
  now: () => Date = () => new Date(),
): AsyncGenerator<Traffic> {
  await using counter = countFromNow(ground, signal);
  let before = { at: performance.now(), ...counter.so() };
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const is = { at: performance.now(), ...counter.so() };
    const perSecond = (count: number) => Math.round((count * 10_000) / (is.at - before.at)) / 10;
    yield {
      at: now().toISOString(),
      perSecond: perSecond(is.requests - before.requests),
      errorsPerSecond: perSecond(is.errors - before.errors),
    };
    before = is;
  }
}

/** Counts requests at the edges of a place until it is let go of. */
export function countFromNow(ground: Ground, signal: AbortSignal): Counter {
  const count: Count = { requests: 0, errors: 0 };
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const counting = ground.sites.map((site) => follow(ground, site, count, either));
  return {
    so: () => ({ ...count }),
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(counting);
    },
  };
}

/** A container of the edge may end, and a connection: counting goes on with the next. */
async function follow(ground: Ground, site: Site, count: Count, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const answers of answersFromNow(ground, site, signal)) add(count, answers);
    } catch {
      // cancelled, or out of reach for now
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

export function add(count: Count, answers: readonly { status: number }[]): Count {
  count.requests += answers.length;
  count.errors += answers.filter(({ status }) => status >= 500).length;
  return count;
}
