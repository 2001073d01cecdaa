import { plain } from "./ansi.ts";
import type { LogBook } from "./book.ts";
import { Numbers } from "./numbers.ts";
import type { Pattern } from "./pattern.ts";

const batch = 512;

/** Lets through the lines that are wanted, a piece at a time: nobody waits for all of a million. */
export class Sieve {
  readonly ids = new Numbers();
  readonly #book: LogBook;
  readonly #source: { first: number; end: number; at: (place: number) => number | undefined };
  readonly #wanted: ((id: number) => boolean) | undefined;
  readonly #pattern: Pattern | undefined;
  #next: number;

  constructor(
    book: LogBook,
    source: { first: number; end: number; at: (place: number) => number | undefined },
    { wanted, pattern }: { wanted?: (id: number) => boolean; pattern?: Pattern },
  ) {
    this.#book = book;
    this.#source = source;
    this.#wanted = wanted;
    this.#pattern = pattern;
    this.#next = source.first;
  }

  get done(): boolean {
    return this.#next >= this.#source.end;
  }

  /** Goes on for about so many milliseconds. */
  work(budgetMs: number): void {
    this.ids.dropBelow(this.#book.first);
    this.#next = Math.max(this.#next, this.#source.first);
    const until = performance.now() + budgetMs;
    while (!this.done && performance.now() < until) this.#step();
  }

  #step(): void {
    const end = Math.min(this.#next + batch, this.#source.end);
    const candidates: number[] = [];
    for (let place = this.#next; place < end; place++) {
      const id = this.#source.at(place);
      if (id !== undefined && (this.#wanted === undefined || this.#wanted(id))) candidates.push(id);
    }
    const texts = this.#pattern ? candidates.map((id) => plain(this.#book.text(id))) : [];
    const passes = this.#pattern?.test(texts);
    for (const [i, id] of candidates.entries()) if (passes === undefined || passes[i]) this.ids.push(id);
    this.#next = end;
  }
}
