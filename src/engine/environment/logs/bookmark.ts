import type { StampedLine } from "./demultiplex.ts";
import type { LogLine } from "./line.ts";
import { sinceStamp } from "./open.ts";

/** The engine stamps the two streams of a process apart: the one may lag behind the other for as long as this. */
const lagSeconds = 1;

interface Place {
  stamp: string;
  /** How many lines with this very stamp were read. */
  times: number;
}

/** How far a container was read, so that it is gone on with and no line is lost or read twice. */
export class Bookmark {
  #latest = "";
  readonly #places = new Map<LogLine["stream"], Place>();
  #skip = new Map<LogLine["stream"], Place>();

  /** Begins to go on: from when the engine is to be asked; undefined where nothing was read yet. */
  resume(): string | undefined {
    this.#skip = new Map([...this.#places].map(([stream, place]) => [stream, { ...place }]));
    if (this.#latest === "") return undefined;
    const [seconds = "", fraction = ""] = sinceStamp(this.#latest).split(".");
    return `${Number(seconds) - lagSeconds}.${fraction}`;
  }

  /** Those of the lines that were not read before. From now on they were. */
  fresh(lines: readonly StampedLine[]): StampedLine[] {
    const fresh = lines.filter((line) => this.#isNew(line));
    for (const { stream, stamp } of fresh) {
      if (stamp === "") continue;
      const place = this.#places.get(stream);
      if (place?.stamp === stamp) place.times++;
      else this.#places.set(stream, { stamp, times: 1 });
      if (stamp > this.#latest) this.#latest = stamp;
    }
    return fresh;
  }

  #isNew({ stream, stamp }: StampedLine): boolean {
    const place = this.#skip.get(stream);
    if (place === undefined || stamp === "") return true;
    if (stamp < place.stamp) return false;
    if (stamp === place.stamp && place.times > 0) {
      place.times--;
      return false;
    }
    this.#skip.delete(stream);
    return true;
  }
}
