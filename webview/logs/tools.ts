import type { Filter, Level, LogState, ProcessState, Wording } from "../protocol.ts";
import { button, choice, field, type Valued } from "../ui/index.ts";

interface Actions {
  colourOf: (process: string) => number;
  filter: (filter: Filter) => void;
  search: (search: Wording) => void;
  find: (direction: "next" | "previous") => void;
  follow: () => void;
  copy: () => void;
  save: () => void;
}

const levelNames = {
  trace: "All levels",
  debug: "Debug and up",
  info: "Info and up",
  warn: "Warnings and up",
  error: "Errors only",
} satisfies Partial<Record<Level, string>>;

/** The row of tools above the lines. */
export class Tools {
  readonly element = document.createElement("div");
  readonly #processes = group("processes", "Processes");
  readonly #actions: Actions;
  readonly #search: WordingField;
  readonly #filterText: WordingField;
  readonly #count = document.createElement("span");
  readonly #follow: HTMLElement;
  #filter: Filter;
  #shown = "";
  #hits = 0;
  #index = 0;
  #states: readonly ProcessState[] = [];

  constructor({ filter, search }: { filter: Filter; search: Wording }, actions: Actions) {
    this.#actions = actions;
    this.#filter = filter;
    const level = choice("Level", levelNames, {
      change: (value) => isLevel(value) && this.#change({ level: value }),
    });
    queueMicrotask(() => {
      level.value = filter.level;
    });
    this.#filterText = new WordingField("Filter", filter.wording, (wording) => this.#change({ wording }));
    this.#search = new WordingField("Search", search, (wording) => {
      this.#index = 0;
      actions.search(wording);
    });
    this.#search.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") actions.find(event.shiftKey ? "previous" : "next");
      if (event.key === "Escape") this.#search.set("");
    });
    this.#filterText.field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#filterText.set("");
    });
    this.#count.className = "count";
    this.#count.setAttribute("role", "status");
    this.#follow = button("Pause", { press: actions.follow });
    this.element.className = "tools";
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", "Log tools");
    this.element.append(
      this.#processes,
      level,
      this.#filterText.element,
      this.#search.element,
      this.#count,
      button("↑", { title: "Previous match (Shift+F3)", press: () => actions.find("previous") }),
      button("↓", { title: "Next match (F3)", press: () => actions.find("next") }),
      this.#follow,
      button("Copy", { title: "Copy the chosen lines, or all that are shown", press: actions.copy }),
      button("Save…", { title: "Save all lines that are shown", press: actions.save }),
    );
    this.following(true);
  }

  show({ processes, extent }: LogState): void {
    this.#filterText.says(extent.filterError);
    this.#search.says(extent.searchError);
    this.#hits = extent.hits;
    this.#showCount();
    const wanted = JSON.stringify([processes, this.#filter.processes]);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.#states = processes;
    this.#processes.replaceChildren(...processes.map((one) => this.#chip(one)));
  }

  following(following: boolean): void {
    this.#follow.textContent = following ? "Pause" : "Follow";
    const title = following ? "Pause: stay where you are" : "Follow: show new lines as they come";
    this.#follow.title = title;
    this.#follow.setAttribute("aria-label", title);
  }

  found(index: number): void {
    this.#index = index;
    this.#showCount();
  }

  select(processes: readonly string[]): void {
    this.#change({ processes });
  }

  focusSearch(): void {
    this.#search.field.focus();
  }

  #showCount(): void {
    const total = this.#hits.toLocaleString();
    const text = this.#search.empty
      ? ""
      : this.#hits === 0
        ? "no matches"
        : this.#index > 0
          ? `${this.#index.toLocaleString()} of ${total}`
          : `${total} ${this.#hits === 1 ? "match" : "matches"}`;
    if (this.#count.textContent !== text) this.#count.textContent = text;
  }

  #chip({ name, state, exitCode }: ProcessState): HTMLElement {
    const chip = document.createElement("button");
    const chosen = this.#filter.processes.includes(name);
    const ended = state === "ended" ? ` ended${exitCode === undefined ? "" : ` (${exitCode})`}` : "";
    chip.className = `chip p${this.#actions.colourOf(name)}`;
    chip.textContent = `${name}${ended}`;
    chip.title = chosen ? `Do not show only ${name}` : `Show only ${name} and others that are chosen`;
    chip.setAttribute("aria-pressed", String(chosen));
    chip.addEventListener("click", () => {
      const others = this.#filter.processes.filter((one) => one !== name);
      this.#change({ processes: chosen ? others : [...others, name] });
      this.#chipOf(name)?.focus();
    });
    return chip;
  }

  #chipOf(name: string): HTMLElement | undefined {
    return [...this.#processes.querySelectorAll<HTMLElement>(".chip")].find((chip) =>
      chip.textContent?.startsWith(name),
    );
  }

  #change(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#shown = "";
    this.#processes.replaceChildren(...this.#states.map((one) => this.#chip(one)));
    this.#actions.filter(this.#filter);
  }
}

/** A field for words or an expression, with its two switches, and what is wrong with it right below. */
class WordingField {
  readonly element: HTMLElement;
  readonly field: Valued;
  readonly #problem = document.createElement("div");
  readonly #tell: (wording: Wording) => void;
  #wording: Wording;

  constructor(label: string, wording: Wording, tell: (wording: Wording) => void) {
    this.#wording = wording;
    this.#tell = tell;
    this.element = group("wording", label);
    this.field = field(label, { change: (text) => this.#change({ text }) });
    this.field.setAttribute("value", wording.text);
    this.#problem.className = "problem";
    this.#problem.setAttribute("role", "alert");
    this.#problem.hidden = true;
    this.element.append(
      this.field,
      this.#toggle("Aa", `${label}: match case`, "matchCase"),
      this.#toggle(".*", `${label}: regular expression`, "regex"),
      this.#problem,
    );
  }

  get empty(): boolean {
    return this.#wording.text === "";
  }

  set(text: string): void {
    this.field.value = text;
    this.#change({ text });
  }

  says(problem: string | undefined): void {
    this.#problem.hidden = problem === undefined;
    if (this.#problem.textContent !== (problem ?? "")) this.#problem.textContent = problem ?? "";
    this.field.toggleAttribute("data-wrong", problem !== undefined);
  }

  #change(change: Partial<Wording>): void {
    this.#wording = { ...this.#wording, ...change };
    this.#tell(this.#wording);
  }

  #toggle(text: string, title: string, name: "matchCase" | "regex"): HTMLElement {
    const toggle = document.createElement("button");
    toggle.className = "toggle";
    toggle.textContent = text;
    toggle.title = title;
    toggle.setAttribute("aria-label", title);
    toggle.setAttribute("aria-pressed", String(this.#wording[name]));
    toggle.addEventListener("click", () => {
      const on = !this.#wording[name];
      toggle.setAttribute("aria-pressed", String(on));
      this.#change({ [name]: on });
    });
    return toggle;
  }
}

function group(className: string, label: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  return element;
}

function isLevel(value: string): value is keyof typeof levelNames {
  return value in levelNames;
}
