import type { Trouble } from "./server.ts";

/** Something that was brought about, and how it ends: once, however often it is asked to. */
export function trouble(undo: () => Promise<void>): Trouble {
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= undo();
    return ended;
  };
  return { end, [Symbol.asyncDispose]: end };
}
