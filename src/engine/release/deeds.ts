import type { Deed } from "./state/journal.ts";

/** Something that was done to a stage, from its beginning to its end. */
export interface Done extends Deed {
  began: string;
}

/** What was done, the newest first: the line that says that it began and the one that says how it ended are one. */
export function deedsOf(entries: readonly Deed[]): Done[] {
  const done: Done[] = [];
  for (const entry of entries) {
    // one at a time, under the lock: what has not ended yet is the last that this one began
    const open = done.findLast((one) => one.outcome === undefined && isSame(one, entry));
    if (open) Object.assign(open, entry);
    else done.push({ ...entry, began: entry.at });
  }
  return done.reverse();
}

function isSame(one: Deed, other: Deed): boolean {
  // a second line without an end tells more of what is going on, of the same release
  const goesOn = other.outcome !== undefined || one.release === other.release;
  return one.who === other.who && one.did === other.did && goesOn;
}
