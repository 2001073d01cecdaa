import { fault } from "../../process/index.ts";

interface Waiting {
  enter: () => void;
}

/** A place inside. */
export interface Turn {
  /** Gives it back; `refused` where the server did not have it, and has no more than are taken beside it. */
  leave(refused?: boolean): void;
}

/** Lets so many pass at once as are allowed; others wait in line. How many that is may turn out to be less. */
export class Turnstile {
  #limit: number;
  #inside = 0;
  readonly #line: Waiting[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get inside(): number {
    return this.#inside;
  }

  get idle(): boolean {
    return this.#inside === 0 && this.#line.length === 0;
  }

  /** Waits for its turn; `first` goes before all who wait. */
  async enter(signal: AbortSignal, what: string, first = false): Promise<Turn> {
    if (signal.aborted) throw fault("cancelled", [what]);
    if (this.#inside >= this.#limit || (this.#line.length > 0 && !first)) {
      await this.#wait(signal, what, first);
    } else this.#inside++;
    let left = false;
    return {
      leave: (refused = false) => {
        if (left) return;
        left = true;
        this.#inside--;
        if (refused) this.#limit = Math.max(1, Math.min(this.#limit, this.#inside));
        this.#next();
      },
    };
  }

  #wait(signal: AbortSignal, what: string, first: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        enter: () => {
          signal.removeEventListener("abort", abort);
          this.#inside++;
          resolve();
        },
      };
      const abort = () => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        reject(fault("cancelled", [what]));
        this.#next(); // the one behind may fit
      };
      signal.addEventListener("abort", abort, { once: true });
      if (first) this.#line.unshift(waiting);
      else this.#line.push(waiting);
    });
  }

  #next(): void {
    while (this.#inside < this.#limit) {
      const waiting = this.#line.shift();
      if (!waiting) return;
      waiting.enter();
    }
  }
}
