import { el, mark, seconds } from "../dom.ts";
import type { Progress, ShownStep } from "../protocol.ts";
import { button } from "../ui/index.ts";

const marks = {
  running: ["◐", "busy", "running"],
  done: ["✓", "good", "done"],
  skipped: ["–", "dim", "not needed"],
  cancelled: ["■", "dim", "cancelled"],
  failed: ["✗", "bad", "failed"],
} as const;

/** The steps one below the other, each with what it took, how far it is, and why it is done at all. */
export class Steps {
  readonly element = el("ol", "steps");
  readonly #copy: (step: string) => void;
  readonly #drawn = new Map<string, Row>();

  constructor(copy: (step: string) => void) {
    this.element.setAttribute("aria-label", "Steps");
    this.#copy = copy;
  }

  show(steps: readonly ShownStep[]): void {
    const ids = new Set(steps.map(({ step }) => step.id));
    for (const [id, row] of this.#drawn)
      if (!ids.has(id)) {
        row.element.remove();
        this.#drawn.delete(id);
      }
    for (const shown of steps) {
      const { id } = shown.step;
      const row = this.#drawn.get(id) ?? new Row(() => this.#copy(id));
      this.#drawn.set(id, row);
      row.show(shown);
      this.element.append(row.element);
    }
  }

  /** What goes on takes longer by the second. */
  tick(): void {
    for (const row of this.#drawn.values()) row.tick();
  }
}

/** One step. Its parts stay where they are: what has the focus keeps it. */
class Row {
  readonly element = el("li", "");
  readonly #mark = el("span", "");
  readonly #title = el("span", "title");
  readonly #says = el("span", "dim says");
  readonly #time = el("span", "dim time");
  readonly #bar = el("div", "bar", el("div", "filled"));
  readonly #line = el("div", "line code");
  readonly #why = el("div", "why");
  readonly #ask: HTMLElement;
  readonly #copy: () => void;
  #shown: ShownStep | undefined;
  #drawn = "";

  constructor(copy: () => void) {
    this.#copy = copy;
    this.#ask = button("Why?", { quiet: true, press: () => this.#open(this.#why.hidden === true) });
    this.#ask.classList.add("ask");
    this.#ask.setAttribute("aria-expanded", "false");
    this.#why.hidden = true;
    this.#bar.setAttribute("role", "progressbar");
    this.element.append(
      el("div", "head", this.#mark, this.#title, this.#says, this.#time, this.#ask),
      this.#bar,
      this.#line,
      this.#why,
    );
  }

  show(shown: ShownStep): void {
    const now = JSON.stringify(shown);
    if (now === this.#drawn) return;
    this.#drawn = now;
    this.#shown = shown;
    const { step, progress, line } = shown;
    const [sign, className, word] = marks[step.state];
    this.element.className = step.state;
    this.#mark.replaceChildren(mark(sign, className, word));
    this.#title.textContent = step.title;
    this.#says.textContent = saysOf(shown);
    const running = step.state === "running";
    this.#line.hidden = !running || line === undefined;
    this.#line.textContent = line ?? "";
    this.#bar.hidden = !running || progress === undefined;
    if (progress !== undefined) this.#fill(progress);
    this.#ask.hidden = step.why === undefined && step.command === undefined;
    const title = `Why "${step.title}", and the command that does the same`;
    this.#ask.title = title;
    this.#ask.setAttribute("aria-label", title);
    this.tick();
  }

  tick(): void {
    const { step, began } = this.#shown ?? {};
    if (step === undefined) return;
    const ms =
      step.state === "running" && began !== undefined
        ? Date.now() - began
        : "ms" in step
          ? step.ms
          : undefined;
    // the first second of a step says nothing
    const text = ms === undefined || (step.state === "running" && ms < 1000) ? "" : rounded(ms, step.state);
    if (this.#time.textContent !== text) this.#time.textContent = text;
  }

  #fill({ done, total }: Progress): void {
    const percent = total === 0 ? 0 : Math.min(100, Math.round((done / total) * 100));
    this.#bar.setAttribute("aria-valuenow", String(percent));
    this.#bar.setAttribute("aria-label", "Bytes sent");
    const filled = this.#bar.firstElementChild;
    if (filled instanceof HTMLElement) filled.style.width = `${percent}%`;
  }

  #open(open: boolean): void {
    this.#why.hidden = !open;
    this.#ask.setAttribute("aria-expanded", String(open));
    const { why, command } = this.#shown?.step ?? {};
    this.#why.replaceChildren(
      ...[
        why && el("p", "", why),
        command &&
          el(
            "div",
            "command",
            el("code", "code", command),
            button("Copy", { title: "Copy this command", press: this.#copy }),
          ),
      ].filter((one) => one instanceof HTMLElement),
    );
  }
}

function rounded(ms: number, state: ShownStep["step"]["state"]): string {
  return state === "running" && ms < 90_000 ? `${Math.floor(ms / 1000)} s` : seconds(ms);
}

function saysOf({ step, progress }: ShownStep): string {
  switch (step.state) {
    case "running":
      return progress === undefined ? "" : bytes(progress);
    case "skipped":
      return step.because;
    case "failed":
      return step.says;
    case "cancelled":
      return "cancelled";
    case "done":
      return step.says ?? "";
  }
}

/** "12 of 40 MB, 5.2 MB/s, 6 s left" */
function bytes({ done, total, perSecond, secondsLeft }: Progress): string {
  const mb = (count: number) => (count / 1e6).toFixed(count < 1e7 ? 1 : 0);
  const left = secondsLeft === undefined ? "" : `, ${Math.round(secondsLeft)} s left`;
  return `${mb(done)} of ${mb(total)} MB, ${mb(perSecond)} MB/s${left}`;
}
