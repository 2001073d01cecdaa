import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "../../process/index.ts";
import { type Relay, RelayRefused } from "./relay.ts";

export interface Kept extends Disposable {
  /** Until it is told to close, or nothing is there any more to lead from. */
  isOpen: () => boolean;
}

/**
 * Keeps a relay open: where its container ends and starts again, or is made anew, it is opened anew. Answers once it is
 * open for the first time.
 */
export async function keepRelay(open: () => Promise<Relay>): Promise<Kept> {
  const state: { current?: Relay; closed: boolean } = { closed: false };
  const again = async () => {
    for (let left = 60; !state.closed; left--) {
      try {
        state.current = await open();
        if (state.closed) state.current[Symbol.dispose]();
        return;
      } catch (thrown) {
        if (left === 0 || !isPassing(thrown)) throw thrown;
      }
      await wait(500); // the container is on its way up
    }
  };
  await again();
  const follow = async () => {
    while (!state.closed) {
      await state.current?.ended;
      await again();
    }
  };
  follow().catch(() => {
    state.closed = true;
  });
  return {
    isOpen: () => !state.closed,
    [Symbol.dispose]: () => {
      state.closed = true;
      state.current?.[Symbol.dispose]();
    },
  };
}

/** Its container ended, or does not run yet: Docker says so, or nothing could be said any more. */
function isPassing(thrown: unknown): boolean {
  if (thrown instanceof RelayRefused) return thrown.message === "";
  if (thrown instanceof Fault) return thrown.code === "not-up";
  return thrown instanceof Error && "statusCode" in thrown && thrown.statusCode === 409;
}
