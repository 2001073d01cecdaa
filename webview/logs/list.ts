import type { Extent, ShownLine } from "../protocol.ts";
import { draw, drawEmpty } from "./row.ts";

const ahead = 120;
const kept = 3000;
/** What a browser can still lay out; beyond it, a pixel of the scroll bar is more than a pixel of the list. */
const tallest = 30_000_000;

interface ListOptions {
  ask: (from: number, count: number) => void;
  colourOf: (process: string) => number;
  onFollow: (following: boolean) => void;
  onOpen: (line: ShownLine, place: number) => void;
  onSelect: (row: number) => void;
}

/** A list of any length of which only what is in sight exists. Rows are asked for as they come into sight. */
export class LogList {
  readonly element = document.createElement("div");
  readonly #spacer = document.createElement("div");
  readonly #options: ListOptions;
  readonly #elements = new Map<number, HTMLElement>();
  readonly #drawn = new WeakMap<HTMLElement, ShownLine>();
  readonly #lines = new Map<number, ShownLine>();
  #extent: Extent | undefined;
  #asked: { from: number; count: number } | undefined;
  #scheduled = false;
  #following = true;
  #height = 20;
  #active: number | undefined;
  #anchor: number | undefined;

  constructor(options: ListOptions) {
    this.#options = options;
    this.element.className = "list";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "listbox");
    this.element.setAttribute("aria-label", "Log lines");
    this.element.setAttribute("aria-multiselectable", "true");
    this.#spacer.className = "spacer";
    this.#spacer.setAttribute("role", "presentation");
    this.element.append(this.#spacer);
    this.element.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.element.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.follow(false), {
      passive: true,
    });
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("click", (event) => this.#onClick(event));
    new ResizeObserver(() => this.update()).observe(this.element);
  }

  get following(): boolean {
    return this.#following;
  }

  get active(): number {
    return this.#active ?? this.#top();
  }

  /** The rows that are chosen, from the first to before the last. */
  get selection(): { from: number; to: number } | undefined {
    if (this.#active === undefined || this.#anchor === undefined) return undefined;
    return { from: Math.min(this.#active, this.#anchor), to: Math.max(this.#active, this.#anchor) + 1 };
  }

  follow(following: boolean): void {
    if (this.#following !== following) {
      this.#following = following;
      this.#options.onFollow(following);
    }
    if (following) this.#toEnd();
    this.update();
  }

  /** The rows there are now. Those of another generation are other rows. */
  setExtent(extent: Extent): void {
    const before = this.#extent;
    this.#extent = extent;
    this.#height = Math.round(Number.parseFloat(getComputedStyle(this.element).fontSize) * 1.55);
    this.#spacer.style.height = `${this.#pixels()}px`;
    this.element.style.setProperty("--row-height", `${this.#height}px`);
    if (before?.generation !== extent.generation) {
      this.forget();
      this.#active = undefined;
      this.#anchor = undefined;
    } else if (before.first < extent.first) {
      const gone = extent.first - before.first;
      for (const row of [...this.#lines.keys()]) if (row < extent.first) this.#lines.delete(row);
      if (!this.#following) this.element.scrollTop -= gone * this.#height;
    }
    if (this.#following) this.#toEnd();
    this.update();
  }

  /** Draws all rows anew. */
  forget(): void {
    this.#lines.clear();
    this.#asked = undefined;
    this.update();
  }

  setRows(from: number, rows: readonly ShownLine[]): void {
    if (this.#asked?.from === from) this.#asked = undefined;
    for (const line of rows) this.#lines.set(line.row, line);
    if (this.#lines.size > kept) {
      const top = this.#top();
      for (const row of this.#lines.keys()) if (Math.abs(row - top) > kept / 3) this.#lines.delete(row);
    }
    this.update();
  }

  /** Brings a row into the middle and makes it the active one. */
  reveal(row: number): void {
    this.follow(false);
    this.#select(row, false);
    const middle = row - Math.floor(this.#inSight() / 2);
    this.element.scrollTop = this.#scrollOf(middle);
    this.update();
  }

  update(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#render();
    });
  }

  #render(): void {
    const extent = this.#extent;
    if (extent === undefined) return;
    const top = this.#top();
    const last = Math.min(extent.end, top + this.#inSight() + 2);
    const first = Math.max(extent.first, top - 1);
    const free: HTMLElement[] = [];
    for (const [row, element] of this.#elements)
      if (row < first || row >= last) {
        this.#elements.delete(row);
        free.push(element);
      }
    const shift = this.element.scrollTop - (this.#exactTop() - extent.first) * this.#height;
    for (let row = first; row < last; row++) {
      const element = this.#elements.get(row) ?? free.pop() ?? this.#make();
      this.#elements.set(row, element);
      const line = this.#lines.get(row);
      if (line === undefined) drawEmpty(element, row);
      else if (this.#drawn.get(element) !== line || element.dataset.row !== String(row)) {
        draw(element, line, this.#options.colourOf(line.process));
      }
      if (line) this.#drawn.set(element, line);
      else this.#drawn.delete(element);
      element.style.transform = `translateY(${(row - extent.first) * this.#height + shift}px)`;
      element.id = `row-${row}`;
      element.setAttribute("aria-posinset", String(row - extent.first + 1));
      element.setAttribute("aria-setsize", String(extent.end - extent.first));
      const chosen = this.selection;
      const selected = chosen !== undefined && row >= chosen.from && row < chosen.to;
      element.setAttribute("aria-selected", String(selected));
      element.classList.toggle("active", row === this.#active);
    }
    for (const element of free) element.remove();
    if (this.#active !== undefined && this.#elements.has(this.#active))
      this.element.setAttribute("aria-activedescendant", `row-${this.#active}`);
    else this.element.removeAttribute("aria-activedescendant");
    this.#fetch(first, last);
  }

  /** Asks for what is missing in sight, and a little around it; one question at a time. */
  #fetch(first: number, last: number): void {
    const extent = this.#extent;
    if (this.#asked || extent === undefined) return;
    const missing = (from: number, to: number) => {
      for (let row = from; row < to; row++) if (!this.#lines.has(row)) return true;
      return false;
    };
    const from = Math.max(extent.first, first - ahead);
    const to = Math.min(extent.end, last + ahead);
    const near = Math.round(ahead / 3);
    if (!missing(Math.max(from, first - near), Math.min(to, last + near))) return;
    this.#asked = { from, count: to - from };
    this.#options.ask(from, to - from);
  }

  #make(): HTMLElement {
    const element = document.createElement("div");
    element.setAttribute("role", "option");
    this.#spacer.append(element);
    return element;
  }

  #rows(): number {
    return this.#extent ? this.#extent.end - this.#extent.first : 0;
  }

  #pixels(): number {
    return Math.min(this.#rows() * this.#height, tallest / devicePixelRatio);
  }

  #inSight(): number {
    return Math.ceil(this.element.clientHeight / this.#height);
  }

  /** How many rows a pixel of the scroll bar is. */
  #ratio(): number {
    const room = this.#pixels() - this.element.clientHeight;
    return room <= 0 ? 0 : (this.#rows() - this.element.clientHeight / this.#height) / room;
  }

  #exactTop(): number {
    return (this.#extent?.first ?? 0) + this.element.scrollTop * this.#ratio();
  }

  #top(): number {
    return Math.floor(this.#exactTop());
  }

  #scrollOf(row: number): number {
    const ratio = this.#ratio();
    return ratio === 0 ? 0 : (row - (this.#extent?.first ?? 0)) / ratio;
  }

  #toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  #onScroll(): void {
    const left = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight;
    if (left > this.#height * 3) {
      if (this.#following && !this.#scheduled) this.follow(false);
    }
    this.update();
  }

  #onKey(event: KeyboardEvent): void {
    const extent = this.#extent;
    if (extent === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, this.#inSight() - 1);
    const from = this.#active ?? this.#top() - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: extent.first,
      End: extent.end - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      this.#select(Math.max(extent.first, Math.min(target, extent.end - 1)), event.shiftKey);
      if (event.key === "End") this.follow(true);
      else {
        this.follow(false);
        this.#intoSight();
      }
    } else if (event.key === "Enter" && this.#active !== undefined) {
      const line = this.#lines.get(this.#active);
      if (line && line.places.length > 0) this.#options.onOpen(line, 0);
    } else if (event.key === "Escape") {
      this.#active = undefined;
      this.#anchor = undefined;
      this.update();
    }
  }

  #intoSight(): void {
    const row = this.#active;
    if (row === undefined) return;
    const whole = Math.floor(this.element.clientHeight / this.#height);
    if (row < this.#exactTop()) this.element.scrollTop = this.#scrollOf(row);
    else if (row >= this.#top() + whole) this.element.scrollTop = this.#scrollOf(row - whole + 1);
    this.update();
  }

  #select(row: number, extend: boolean): void {
    this.#active = row;
    if (!extend || this.#anchor === undefined) this.#anchor = row;
    this.#options.onSelect(row);
    this.update();
  }

  #onClick(event: MouseEvent): void {
    if (!(event.target instanceof HTMLElement)) return;
    const element = event.target.closest<HTMLElement>(".row");
    const row = Number(element?.dataset.row ?? Number.NaN);
    if (Number.isNaN(row)) return;
    const line = this.#lines.get(row);
    const place = event.target.closest<HTMLElement>(".place")?.dataset.place;
    if (line && place !== undefined) this.#options.onOpen(line, Number(place));
    if (getSelection()?.isCollapsed !== false) this.#select(row, event.shiftKey);
  }
}
