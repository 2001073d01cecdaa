import { fault } from "../process/index.ts";
import type { Ground } from "./ground.ts";
import { stackOf } from "./place.ts";
import { type ReleaseRecord, readRecord } from "./record.ts";
import { type Entry, readJournal, unfinished, verify } from "./state/journal.ts";
import { holder } from "./state/lock.ts";
import { processesAt } from "./swarm/tasks.ts";

type Remembering = Pick<Ground, "place" | "memory">;

/** A release that can be gone back to, and whether it is the one that runs. */
export interface Kept {
  record: ReleaseRecord;
  /** The last time that it went live; absent where it never did. */
  live?: string;
}

/** All records of a place, newest first. */
export async function records({ place, memory }: Remembering, signal: AbortSignal): Promise<ReleaseRecord[]> {
  const { text } = await memory.ask("releases", [], signal);
  return text
    .split("\n")
    .flatMap((line) => {
      const [, number, json] = /^(\d+) (\{.*)$/.exec(line) ?? [];
      return number === undefined || json === undefined
        ? []
        : [readRecord(json, place, `releases/${number}.json`)];
    })
    .sort((a, b) => b.number - a.number);
}

/** The releases of a place that went live, the newest first, with what became of them. */
export async function releases(at: Remembering, signal: AbortSignal): Promise<Kept[]> {
  const entries = await readJournal(at.memory, signal);
  return (await records(at, signal)).map((record) => {
    const live = entries.findLast(
      ({ release, outcome, runs }) =>
        release === record.number && (outcome === "done" || (runs?.length === 1 && runs[0] === release)),
    )?.at;
    return { record, ...(live === undefined ? {} : { live }) };
  });
}

/** The number of the release that runs, as the services themselves say; several where they were left mixed. */
export async function running({ place, sites }: Ground, signal: AbortSignal): Promise<number[]> {
  const [home] = sites;
  const services = await processesAt(home.docker, place, signal);
  const numbers = services.flatMap(({ Spec }) => Number(Spec.Labels?.["sistership.release"] ?? Number.NaN));
  return [...new Set(numbers.filter(Number.isInteger))].sort((a, b) => a - b);
}

/** The release to go back to: the one that was asked for, or the last other one that was live. */
export function goalOf(
  kept: readonly Kept[],
  now: readonly number[],
  { place }: Remembering,
  wanted?: number,
): ReleaseRecord {
  const possible = kept.filter(({ live }) => live !== undefined);
  const found =
    wanted === undefined
      ? possible
          .filter(({ record }) => !now.includes(record.number))
          .sort((a, b) => ((a.live ?? "") < (b.live ?? "") ? 1 : -1))[0]
      : possible.find(({ record }) => record.number === wanted);
  if (found) return found.record;
  const all = possible.map(({ record }) => record.number).filter((one) => !now.includes(one));
  throw kept.length === 0
    ? fault("nothing-released", [stackOf(place)])
    : fault("no-such-release", [wanted ?? 0, stackOf(place), all.join(", ")]);
}

/**
 * The journal, oldest first. Verified, each line follows on the one before it, each record that it names is there as it
 * was written, and no record is there that it does not name: what was cut off at its end is missed so.
 */
export async function history(
  at: Remembering,
  { verified }: { verified: boolean },
  signal: AbortSignal,
): Promise<Entry[]> {
  if (!verified) return ended(await readJournal(at.memory, signal), at, signal);
  const place = stackOf(at.place);
  const { text } = await at.memory.ask("journal", [], signal);
  const entries = verify(text, place);
  const hashes = new Map(
    entries.flatMap(({ release, record }) => (release && record ? [[release, record]] : [])),
  );
  for (const { number, hash } of await records(at, signal))
    if (hashes.get(number) !== hash)
      throw fault("journal-changed", [
        place,
        entries.length + 1,
        `is missing, which would tell of release ${number}`,
      ]);
  return ended(entries, at, signal);
}

/** What was begun by somebody who is gone goes on no longer, though nobody has come yet to write that down. */
async function ended(entries: Entry[], { memory }: Remembering, signal: AbortSignal): Promise<Entry[]> {
  const begun = unfinished(entries);
  if (begun === undefined || (await holder(memory, signal))) return entries;
  return entries.map((one) => (one === begun ? { ...one, outcome: "interrupted", says: interrupted } : one));
}

const interrupted = "Whoever began it is gone. The next deploy or rollback ends what was left half done.";
