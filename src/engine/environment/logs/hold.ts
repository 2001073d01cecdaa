import type { LogLine } from "./line.ts";

/** How much later than another a line may arrive that was printed at the same time elsewhere. */
const holdMs = 200;
/** More than this is not held: nobody reads it as it comes. */
const most = 50_000;

/** Puts lines of engines that are far apart in order: each waits for a moment, for those that were printed before it. */
export class Hold {
  #lines: LogLine[] = [];
  #arrived: { at: number; latest: number }[] = [];

  /** Takes in what has arrived, and hands out what has waited for long enough. */
  pass(lines: readonly LogLine[], now: number): LogLine[] {
    if (lines.length > 0) {
      this.#lines = [...this.#lines, ...lines].sort((a, b) => a.time - b.time);
      this.#arrived.push({ at: now, latest: lines.reduce((latest, { time }) => Math.max(latest, time), 0) });
    }
    const old = this.#arrived.filter(({ at }) => now - at >= holdMs || this.#lines.length > most);
    if (old.length === 0) return [];
    this.#arrived = this.#arrived.slice(old.length);
    const until = Math.max(...old.map(({ latest }) => latest));
    const later = this.#lines.findIndex(({ time }) => time > until);
    const ready = later === -1 ? this.#lines : this.#lines.slice(0, later);
    this.#lines = later === -1 ? [] : this.#lines.slice(later);
    return ready;
  }

  /** In how many milliseconds the next has waited for long enough; undefined where none waits. */
  due(now: number): number | undefined {
    const [next] = this.#arrived;
    return next && Math.max(0, next.at + holdMs - now);
  }
}
