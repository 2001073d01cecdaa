import type { LogLine } from "./line.ts";

const silenceMs = 100;
/** More than this is a clock that was put back. */
const astrayMs = 1000;
/** Lines of one source that wait for the others before it is made to wait itself. */
const most = 16_384;

interface Source<Line extends LogLine> {
  waiting: Line[];
  /** The time of its last line. */
  reached: number;
  /** What is later than this, by the clock of its engine, was printed while it was listened to. */
  began: number;
  /** What it printed before it was listened to is read: from now on it holds nobody up. */
  live: boolean;
  /** It gives no more; what waits is still to be taken. */
  ended: boolean;
  silence: NodeJS.Timeout | undefined;
}

/** One source of lines among others. */
export interface Inlet<Line extends LogLine> {
  /** From now on its silence means something. */
  open: () => void;
  /** Resolves when more may be given. */
  push: (lines: readonly Line[]) => Promise<void>;
  end: () => void;
}

/**
 * Puts the lines of several sources in the order of their times. A source that still reads its past holds the others
 * back to what it has reached; one that has been silent for a moment, or has reached the present, does not.
 */
export class Merge<Line extends LogLine> {
  readonly #sources = new Set<Source<Line>>();
  #wakeTaker = () => {};
  #wakeGivers = () => {};
  #room = Promise.resolve();

  readonly #patient: boolean;

  /** With `patient`, no source is taken to be silent before it ends: all of them will. */
  constructor({ patient = false }: { patient?: boolean } = {}) {
    this.#patient = patient;
  }

  /** One more source, listened to from `began` on, by its own clock. */
  inlet(began: number): Inlet<Line> {
    const source: Source<Line> = {
      ...{ waiting: [], reached: 0, began, live: false, ended: false, silence: undefined },
    };
    this.#sources.add(source);
    return {
      open: () => this.#listen(source),
      push: async (lines) => {
        for (const line of lines) {
          // the engine stamps the two streams of a process apart, and keeps what came first first
          const ahead = source.reached - line.time;
          if (ahead > 0 && ahead < astrayMs) line.time = source.reached;
          source.reached = line.time;
          source.waiting.push(line);
        }
        if (!this.#patient && !source.live && (lines.at(-1)?.time ?? 0) >= source.began) source.live = true;
        this.#listen(source);
        this.#wakeTaker();
        while (source.waiting.length > most && this.#sources.has(source)) await this.#room;
      },
      end: () => {
        clearTimeout(source.silence);
        source.live = true;
        source.ended = true;
        if (source.waiting.length === 0) this.#sources.delete(source);
        this.#wakeTaker();
      },
    };
  }

  /** Whether nothing waits and nobody will give more. */
  get empty(): boolean {
    return this.#sources.size === 0;
  }

  /** The lines whose turn it is; none where a source must be waited for. */
  take(): Line[] {
    const limit = Math.min(
      ...[...this.#sources]
        .filter(({ live }) => !live)
        .map(({ waiting }) => waiting.at(-1)?.time ?? -Infinity),
    );
    if (limit === -Infinity) return [];
    const taken: Line[][] = [];
    const part = (waiting: Line[]): Line[] => {
      const count = limit === Infinity ? waiting.length : upTo(waiting, limit);
      if (count > 0) taken.push(count === waiting.length ? waiting : waiting.slice(0, count));
      return count === 0 ? waiting : count === waiting.length ? [] : waiting.slice(count);
    };
    for (const source of this.#sources) {
      source.waiting = part(source.waiting);
      if (source.ended && source.waiting.length === 0) this.#sources.delete(source);
    }
    const wake = this.#wakeGivers;
    this.#room = new Promise((resolve) => {
      this.#wakeGivers = resolve;
    });
    wake();
    const [only] = taken;
    if (taken.length === 1 && only) return only;
    return taken.flat().sort((a, b) => a.time - b.time);
  }

  /** Makes whoever waits for a change look again. */
  wake(): void {
    this.#wakeTaker();
  }

  /** Resolves when `take` may have more. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeTaker = resolve;
    });
  }

  #listen(source: Source<Line>): void {
    clearTimeout(source.silence);
    if (source.live || this.#patient) return;
    source.silence = setTimeout(() => {
      // lines that wait for room are no silence
      if (source.waiting.length > most) return this.#listen(source);
      source.live = true;
      this.#wakeTaker();
    }, silenceMs);
  }
}

/** How many lines, from the first on, are not later than a time. */
function upTo(lines: readonly LogLine[], time: number): number {
  const later = lines.findIndex((line) => line.time > time);
  return later === -1 ? lines.length : later;
}
