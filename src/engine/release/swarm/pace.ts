import { setTimeout as pause } from "node:timers/promises";
import { fault } from "../../process/index.ts";

/** Swarm tells nobody how its tasks fare: it is asked, as often as a person would notice. */
const everyMs = 500;

/** Asks until there is an answer; a deadline's end is an answer too. */
export async function until<T>(ask: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    if (signal.aborted) throw whyAborted(signal);
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What was said when it was cancelled, where something was. */
export function whyAborted({ reason }: AbortSignal): unknown {
  return reason instanceof Error && reason.name === "Fault" ? reason : fault("cancelled", ["Deploying"]);
}
