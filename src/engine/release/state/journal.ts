import { z } from "zod";
import { fault } from "../../process/index.ts";
import { contentHash } from "../canonical.ts";
import { stackOf } from "../place.ts";
import type { Memory } from "./remote.ts";

const step = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(["done", "skipped", "cancelled", "failed"]),
  ms: z.number().optional(),
  says: z.string().optional(),
});

const content = z.object({
  at: z.string(),
  who: z.string(),
  /** deploy, rollback, scale, restart, stop… */
  did: z.string(),
  /** Absent for the line that says that it began; interrupted where whoever did it was gone before it ended. */
  outcome: z.enum(["done", "failed", "cancelled", "rolled-back", "interrupted"]).optional(),
  /** Done beside others, under no lock: it says nothing of what another began. */
  beside: z.literal(true).optional(),
  release: z.number().optional(),
  /** The hash of the release's record: a record that was changed is told by it. */
  record: z.string().optional(),
  commit: z.string().optional(),
  dirty: z.boolean().optional(),
  /** Digests of configurations, by the profile's images. */
  images: z.record(z.string(), z.string()).optional(),
  says: z.string().optional(),
  steps: z.array(step).optional(),
  /** Of what was interrupted: the releases that ran when Swarm was through with it. */
  runs: z.array(z.number()).optional(),
});

const entry = content.extend({ previous: z.string(), hash: z.string() });

/** Something that was done to a place: what, by whom, how it ended. */
export type Deed = z.infer<typeof content>;
export type Entry = z.infer<typeof entry>;

/** The journal, oldest first; lines that cannot be read are left out here, and found by `verify`. */
export async function readJournal(memory: Memory, signal: AbortSignal): Promise<Entry[]> {
  const { text } = await memory.ask("journal", [], signal);
  return lines(text).flatMap((line) => parse(line) ?? []);
}

/** What was begun under the lock and has not ended; of one who is gone, where nobody holds the lock. */
export function unfinished(entries: readonly Entry[]): Entry | undefined {
  const last = entries.findLast(({ beside }) => !beside);
  return last?.outcome === undefined ? last : undefined;
}

/** Adds a line behind the last one, whose hash it carries. Who comes between is met by trying again. */
export async function append(memory: Memory, deed: Deed, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { text } = await memory.ask("journal", [], signal);
    const previous = parse(lines(text).at(-1) ?? "")?.hash ?? "";
    const chained = { ...deed, previous };
    // the hash stands last: the script on the server finds it there
    const line = JSON.stringify({ ...chained, hash: contentHash(chained) });
    const { forestalled } = await memory.ask("append", [previous], signal, `${line}\n`);
    if (!forestalled) return;
  }
  throw fault("journal-changed", [stackOf(memory.place), 0, "at the end cannot be read"]);
}

/** Goes along the chain; throws at the first line that was changed, taken out or put in. */
export function verify(text: string, place: string): Entry[] {
  const entries: Entry[] = [];
  for (const [at, line] of lines(text).entries()) {
    const one = parse(line);
    const wrong = (how: string) => fault("journal-changed", [place, at + 1, how]);
    if (one === undefined) throw wrong("cannot be read");
    const { hash, ...chained } = one;
    if (chained.previous !== (entries.at(-1)?.hash ?? ""))
      throw wrong("does not follow on the one before it");
    if (contentHash(chained) !== hash) throw wrong("was changed");
    entries.push(one);
  }
  return entries;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function parse(line: string): Entry | undefined {
  try {
    return entry.strict().parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
