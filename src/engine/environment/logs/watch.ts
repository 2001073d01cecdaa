import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "../../process/index.ts";
import { untilAborted } from "./aborted.ts";
import { Bookmark } from "./bookmark.ts";
import type { StampedLine } from "./demultiplex.ts";
import { type ProcessState, speakerOf } from "./line.ts";
import type { Inlet, Merge } from "./merge.ts";
import type { Happening, Origin, Printer } from "./origin.ts";
import { type Reading, read } from "./read.ts";

const retryMs = [500, 1000, 2000, 5000];

interface Known {
  printer: Printer;
  bookmark: Bookmark;
  reading: boolean;
}

/** Reads all that an engine's containers print, and goes on when the engine was away. */
export class Watch {
  readonly #origin: Origin;
  readonly #merge: Merge<StampedLine>;
  readonly #reading: Reading;
  readonly #known = new Map<string, Known>();
  /** Holds the others back until it is known which containers there are: what they printed may come before. */
  readonly #gate: Inlet<StampedLine>;
  #is: "coming" | "live" | "lost" | "failed" | "done" = "coming";
  #wasLive = false;
  #fault: Fault | undefined;

  constructor(origin: Origin, merge: Merge<StampedLine>, reading: Reading) {
    this.#origin = origin;
    this.#merge = merge;
    this.#reading = reading;
    this.#gate = merge.inlet(0);
  }

  get is() {
    return this.#is;
  }

  /** It was never reached. */
  get isStranger(): boolean {
    return !this.#wasLive && this.#fault !== undefined;
  }

  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** What is said of it while it is away; undefined where it is not. */
  get says(): string | undefined {
    if (this.#is === "lost") return this.#origin.lost;
    return this.#is === "failed" ? this.#fault?.says : undefined;
  }

  get states(): Pick<Printer, "process" | "running" | "exitCode">[] {
    return [...this.#known.values()].map(({ printer }) => printer);
  }

  /** From now on it holds nobody back. */
  release(): void {
    this.#gate.end();
  }

  /** Reads until the signal aborts; where nothing is followed, until all is read. */
  async run(): Promise<void> {
    const { follow, signal } = this.#reading;
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        await this.#attend(() => {
          tries = 0;
          this.#become("live");
        });
        if (!follow) this.#become("done");
      } catch (thrown) {
        if (signal.aborted) return;
        this.#fault = this.#origin.fault(thrown);
        const again = follow && this.#origin.passes(this.#fault);
        this.#become(again ? "lost" : "failed");
        if (again)
          await wait(retryMs[Math.min(tries, retryMs.length - 1)], undefined, { signal }).catch(() => {});
      }
      if (this.#is === "done" || this.#is === "failed") return;
    }
  }

  #become(is: "live" | "lost" | "failed" | "done"): void {
    this.#is = is;
    if (is === "live") {
      this.#wasLive = true;
      this.#fault = undefined;
    }
    this.release();
    this.#merge.wake();
  }

  /** Reads for as long as the connection to the engine holds. */
  async #attend(onLive: () => void): Promise<void> {
    const over = new AbortController();
    const { follow, tail } = this.#reading;
    const signal = AbortSignal.any([this.#reading.signal, over.signal]);
    const reads: Promise<void>[] = [];
    let fail: (thrown: unknown) => void = () => {};
    const broken = new Promise<never>((_, reject) => {
      fail = reject;
    });
    broken.catch(() => {}); // it may break when nobody waits any more
    try {
      const docker = await this.#origin.connect(signal);
      const began = await this.#origin.now(docker);
      const begin = (one: Known, most?: number) => {
        if (one.reading) return;
        one.reading = true;
        const inlet = this.#merge.inlet(began);
        const how = { ...this.#reading, tail: most, signal, onMounts: this.#origin.onMounts };
        const done = read(docker, one.printer, one.bookmark, inlet, how)
          .catch(async (thrown: unknown) => {
            // a container that was removed has nothing more to say
            if (signal.aborted || isGone(thrown)) return;
            if (!isUnreadable(thrown)) return fail(thrown);
            const said = { time: began, stream: "stderr", text: unreadable, stamp: "" } as const;
            await inlet.push([{ ...speakerOf(one.printer), ...said }]);
          })
          .finally(() => {
            one.reading = false;
            inlet.end();
          });
        reads.push(done);
      };
      const before = new Set(this.#known.keys());
      if (follow) void this.#hear(await this.#origin.happenings(docker, signal), begin).catch(fail);
      const there = await this.#origin.printers(docker, signal);
      for (const id of before) if (there.every((printer) => printer.id !== id)) this.#known.delete(id);
      for (const printer of there) begin(this.#note(printer), this.#wasLive ? undefined : tail);
      onLive();
      await Promise.race([broken, follow ? untilAborted(signal) : Promise.all(reads)]);
    } finally {
      over.abort();
      await Promise.all(reads);
    }
  }

  async #hear(happenings: AsyncIterable<Happening>, begin: (one: Known) => void): Promise<void> {
    for await (const { action, printer } of happenings) {
      if (action === "start") begin(this.#note(printer));
      else if (action === "die" && this.#known.has(printer.id)) this.#note(printer);
      else if (action === "destroy") this.#known.delete(printer.id);
      else continue;
      this.#merge.wake();
    }
  }

  #note(printer: Printer): Known {
    const known = this.#known.get(printer.id) ?? { printer, bookmark: new Bookmark(), reading: false };
    known.printer = printer;
    this.#known.set(printer.id, known);
    return known;
  }
}

/** One state a process: of several containers, that of one that runs. */
export function statesOf(watches: readonly Watch[]): ProcessState[] {
  const states = new Map<string, ProcessState>();
  for (const { process, running, exitCode } of watches.flatMap((watch) => watch.states)) {
    if (states.get(process)?.state === "running") continue;
    const code = running || exitCode === undefined ? {} : { exitCode };
    states.set(process, { name: process, state: running ? "running" : "ended", ...code });
  }
  return [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const unreadable =
  "What it prints cannot be read here: Docker's logging driver hands it on and keeps nothing.";

function isUnreadable(thrown: unknown): boolean {
  return thrown instanceof Error && /does not support reading/.test(thrown.message);
}

/** The engine says 404 of a container that was removed. */
function isGone(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "statusCode" in thrown && thrown.statusCode === 404;
}
