import type { ShownStep } from "../../../webview/protocol.ts";
import type { Report } from "../../engine/process/index.ts";

/** The steps of an operation as they are drawn: in the order in which they began. */
export class Timeline {
  readonly #steps = new Map<string, ShownStep>();

  get steps(): readonly ShownStep[] {
    return [...this.#steps.values()];
  }

  /** Whether a step was begun, or is over. */
  has(id: string): boolean {
    return this.#steps.has(id);
  }

  hear(report: Report, now: number): void {
    switch (report.kind) {
      case "began":
        this.#steps.clear();
        return;
      case "step": {
        const { step } = report;
        const began = step.state === "running" ? now : this.#steps.get(step.id)?.began;
        this.#steps.set(step.id, { step, ...(began === undefined ? {} : { began }) });
        return;
      }
      case "progress":
        this.#change(report.step, { progress: report.progress });
        return;
      case "line":
        if (report.line.text.trim() !== "") this.#change(report.step, { line: report.line.text });
        return;
      case "ended":
        return;
    }
  }

  #change(id: string, more: Partial<ShownStep>): void {
    const step = this.#steps.get(id);
    if (step) this.#steps.set(id, { ...step, ...more });
  }
}
