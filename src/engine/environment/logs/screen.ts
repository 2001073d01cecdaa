import { readAnsi, type Stretch } from "./ansi.ts";
import type { KeptLine, LogBook } from "./book.ts";
import { type Level, levels } from "./level.ts";
import { type Found, type Pattern, patternOf, TooSlow, type Wording } from "./pattern.ts";
import { type Place, placesIn } from "./places.ts";
import { Sieve } from "./sieve.ts";

/** Which lines are shown. */
export interface Filter {
  /** All where empty. */
  processes: readonly string[];
  /** This level and what is more urgent. */
  level: Level;
  wording: Wording;
}

/** A line ready to be drawn. */
export interface ShownLine extends KeptLine {
  row: number;
  looks: Stretch[];
  places: Place[];
  hits: Found[];
}

export interface Extent {
  /** Counts the filters: rows of an older one are other rows. */
  generation: number;
  first: number;
  end: number;
  hits: number;
  /** Whether all lines were looked at. */
  done: boolean;
  filterError?: string;
  searchError?: string;
}

export const everything: Filter = {
  processes: [],
  level: "trace",
  wording: { text: "", regex: false, matchCase: false },
};

/** What is shown of a book: the rows that a filter leaves, and the hits of a search among them. */
export class Screen {
  readonly #book: LogBook;
  #rows: Sieve;
  #hits: Sieve | undefined;
  #search: Pattern | undefined;
  #searchWording: Wording = everything.wording;
  #generation = 0;
  #filterError: string | undefined;
  #searchError: string | undefined;

  constructor(book: LogBook) {
    this.#book = book;
    this.#rows = this.#sieve(everything, undefined);
  }

  /** An expression that is wrong is said so, and what was shown stays. */
  filter(filter: Filter): void {
    const { pattern, error } = patternOf(filter.wording);
    this.#filterError = error;
    if (error !== undefined) return;
    this.#generation++;
    this.#rows = this.#sieve(filter, pattern);
    this.search(this.#searchWording);
  }

  search(wording: Wording): void {
    this.#searchWording = wording;
    const { pattern, error } = patternOf(wording);
    this.#searchError = error;
    this.#search = pattern;
    this.#hits = pattern && new Sieve(this.#book, this.#rows.ids, { pattern });
  }

  /** Looks at lines that were not looked at yet, for about so many milliseconds; answers whether more are left. */
  work(budgetMs: number): boolean {
    try {
      this.#rows.work(budgetMs);
    } catch (thrown) {
      if (!(thrown instanceof TooSlow)) throw thrown;
      this.#filterError = thrown.message;
      this.#generation++;
      this.#rows = this.#sieve(everything, undefined);
      this.search(this.#searchWording);
    }
    try {
      this.#hits?.work(budgetMs);
    } catch (thrown) {
      if (!(thrown instanceof TooSlow)) throw thrown;
      this.#stopSearch(thrown);
    }
    return !this.#isDone();
  }

  get extent(): Extent {
    const { first, end } = this.#rows.ids;
    return {
      generation: this.#generation,
      first,
      end,
      hits: this.#hits ? this.#hits.ids.end - this.#hits.ids.first : 0,
      done: this.#isDone(),
      ...(this.#filterError === undefined ? {} : { filterError: this.#filterError }),
      ...(this.#searchError === undefined ? {} : { searchError: this.#searchError }),
    };
  }

  rows(from: number, count: number): ShownLine[] {
    const { ids } = this.#rows;
    const shown: ShownLine[] = [];
    const start = Math.max(from, ids.first);
    for (let row = start; row < Math.min(start + count, ids.end); row++) {
      const line = this.line(row);
      if (line === undefined) continue;
      const { text, looks } = readAnsi(line.text);
      shown.push({ ...line, row, text, looks, places: placesIn(text), hits: this.#hitsIn(text) });
    }
    return shown;
  }

  /** The line of a row as it was printed. */
  line(row: number): KeptLine | undefined {
    const id = this.#rows.ids.at(row);
    return id === undefined ? undefined : this.#book.get(id);
  }

  /** The hit next to a row, going round at the ends; `index` counts from 1. */
  find(row: number, direction: "next" | "previous"): { row: number; index: number } | undefined {
    const hits = this.#hits?.ids;
    if (hits === undefined || hits.end === hits.first) return undefined;
    const { ids } = this.#rows;
    const from = ids.at(Math.max(row, ids.first)) ?? (row < ids.first ? 0 : Number.MAX_SAFE_INTEGER);
    let place = hits.placeOf(from);
    if (direction === "previous") place--;
    else if (hits.at(place) === from) place++;
    if (place >= hits.end) place = hits.first;
    if (place < hits.first) place = hits.end - 1;
    const id = hits.at(place);
    return id === undefined ? undefined : { row: ids.placeOf(id), index: place - hits.first + 1 };
  }

  #isDone(): boolean {
    return this.#rows.done && (this.#hits?.done ?? true);
  }

  #stopSearch(slow: TooSlow): void {
    this.#searchError = slow.message;
    this.#search = undefined;
    this.#hits = undefined;
  }

  #hitsIn(text: string): Found[] {
    try {
      return this.#search?.find(text) ?? [];
    } catch (thrown) {
      if (!(thrown instanceof TooSlow)) throw thrown;
      this.#stopSearch(thrown);
      return [];
    }
  }

  #sieve({ processes, level }: Filter, pattern: Pattern | undefined): Sieve {
    const book = this.#book;
    const least = levels.indexOf(level);
    const names = new Set(processes);
    const all = names.size === 0 && least === 0;
    const wanted = (id: number) => {
      const mark = book.mark(id);
      return mark !== undefined && mark.level >= least && (names.size === 0 || names.has(mark.process));
    };
    const source = {
      get first() {
        return book.first;
      },
      get end() {
        return book.end;
      },
      at: (id: number) => id,
    };
    return new Sieve(book, source, { ...(all ? {} : { wanted }), ...(pattern ? { pattern } : {}) });
  }
}
