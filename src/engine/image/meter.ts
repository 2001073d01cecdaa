import type { RunningStep } from "../process/index.ts";

const everyMs = 250;

/** What one layer tells of its way. */
export interface LayerMeter {
  /** So much of it is there already. */
  there(bytes: number): void;
  sent(bytes: number): void;
  /** Its size is known now. */
  is(bytes: number): void;
}

/** How far the bytes for one server are. */
export class Meter {
  readonly #step: RunningStep;
  readonly #now: () => number;
  readonly #layers = new Map<string, { there: number; total: number }>();
  #sent = 0;
  #began: number | undefined;
  #told = -everyMs;

  constructor(step: RunningStep, now: () => number) {
    this.#step = step;
    this.#now = now;
  }

  /** Bytes that went over the connection, in all tries together. */
  get sent(): number {
    return this.#sent;
  }

  /** A layer that is to be sent, of about that size. */
  layer(name: string, total: number): LayerMeter {
    const layer = { there: 0, total };
    this.#layers.set(name, layer);
    return {
      is: (bytes) => {
        layer.total = bytes;
      },
      there: (bytes) => {
        layer.there = bytes;
      },
      sent: (bytes) => {
        layer.there += bytes;
        this.#sent += bytes;
        this.#tell(name);
      },
    };
  }

  #tell(at: string): void {
    const now = this.#now();
    this.#began ??= now;
    if (now - this.#told < everyMs) return;
    this.#told = now;
    let [done, total] = [0, 0];
    for (const layer of this.#layers.values()) {
      done += layer.there;
      total += Math.max(layer.total, layer.there);
    }
    const seconds = (now - this.#began) / 1000;
    const perSecond = seconds > 0 ? Math.round(this.#sent / seconds) : 0;
    const secondsLeft = perSecond > 0 ? { secondsLeft: Math.ceil((total - done) / perSecond) } : {};
    this.#step.progress({ done, total, at, perSecond, ...secondsLeft });
  }
}
