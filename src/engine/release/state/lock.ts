import { randomUUID } from "node:crypto";
import { z } from "zod";
import { fault, isCancelled } from "../../process/index.ts";
import { stackOf } from "../place.ts";
import type { Memory } from "./remote.ts";

/** A holder that is not heard of for so long is taken for dead. */
const leaseSeconds = 60;
const beatMs = 10_000;

const schema = z.object({ id: z.string(), owner: z.string(), doing: z.string(), since: z.string() });

/** Who holds the lock of a place, as it lies on the server. */
export interface Holder extends z.infer<typeof schema> {
  /** By the server's clock, which is nobody's own. */
  heardSeconds: number;
}

/** A lock that is held: `signal` aborts when it is lost, and with whatever it was taken under. */
export interface Held extends AsyncDisposable {
  readonly signal: AbortSignal;
  /** Throws where the lock is no longer ours: before what cannot be taken back. */
  confirm(): Promise<void>;
}

interface Wanted {
  owner: string;
  doing: string;
  signal: AbortSignal;
  now: () => Date;
}

/**
 * Takes the lock of a place. It is a lease: as long as we live we say so, and who does not for a minute has lost it.
 * One who finds it held is told by whom.
 */
export async function takeLock(memory: Memory, { owner, doing, signal, now }: Wanted): Promise<Held> {
  const id = randomUUID();
  const lock = { id, owner, doing, since: now().toISOString() } satisfies z.infer<typeof schema>;
  const place = stackOf(memory.place);
  const taken = await memory.ask("lock", [id, String(leaseSeconds)], signal, `${JSON.stringify(lock)}\n`);
  if (taken.forestalled) {
    const holder = read(taken.text);
    throw fault("lock-held", [
      place,
      holder?.owner ?? "Somebody",
      holder?.since ?? "a time unknown",
      holder?.heardSeconds ?? 0,
    ]);
  }

  const lost = new AbortController();
  const ended = new AbortController();
  const either = AbortSignal.any([signal, lost.signal]);
  const confirm = async () => {
    const { forestalled } = await memory.ask("beat", [id], ended.signal);
    if (!forestalled) return;
    const reason = fault("lock-lost", [place]);
    lost.abort(reason);
    throw reason;
  };
  let beating: Promise<void> = Promise.resolve();
  let unheardMs = 0;
  const timer = setInterval(() => {
    beating = confirm().then(
      () => {
        unheardMs = 0;
      },
      (thrown: unknown) => {
        if (isCancelled(thrown)) return;
        unheardMs += beatMs;
        // the server may be out of reach for a while; when the lease has run out, another may have it
        if (unheardMs >= leaseSeconds * 1000) lost.abort(fault("lock-lost", [place], { cause: thrown }));
      },
    );
  }, beatMs);
  return {
    signal: either,
    confirm,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await beating;
      ended.abort();
      // not under the caller's signal: what was cancelled is to be unlocked too
      await memory.ask("unlock", [id], AbortSignal.timeout(30_000)).catch(() => undefined); // it runs out by itself
    },
  };
}

/** Who holds the lock; undefined where nobody does. One whose lease has run out no longer counts. */
export async function holder(memory: Memory, signal: AbortSignal): Promise<Holder | undefined> {
  const { text } = await memory.ask("who", [], signal);
  const found = text === "" ? undefined : read(text);
  return found !== undefined && found.heardSeconds < leaseSeconds ? found : undefined;
}

/** Breaks the lock that was seen: if another has come in its place meanwhile, that one stays. */
export async function breakLock(memory: Memory, { id }: Holder, signal: AbortSignal): Promise<void> {
  await memory.ask("unlock", [id], signal);
}

function read(text: string): Holder | undefined {
  const [age = "", ...rest] = text.split("\n");
  try {
    return { ...schema.parse(JSON.parse(rest.join("\n"))), heardSeconds: Number(age) };
  } catch {
    return undefined; // nobody can say whose it is; it runs out all the same
  }
}
