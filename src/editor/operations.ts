import * as vscode from "vscode";
import {
  fault,
  type OperationOptions,
  operate,
  progressText,
  type Report,
  type Reporter,
  type Task,
  tee,
} from "../engine/process/index.ts";
import { setContext } from "./contextKeys.ts";
import type { CommandId, ViewId } from "./ids.ts";

/** What goes on, as the status bar says it. */
export interface GoesOn {
  title: string;
  /** What shows it; without it, a press cancels it. */
  shownBy?: CommandId;
}

interface Running extends GoesOn {
  cancel: AbortController;
}

type Wanted = Pick<OperationOptions, "title" | "about"> & {
  view: ViewId;
  /** Shown wherever the user is, with the step that runs and a button to cancel. */
  notify?: true;
} & Pick<GoesOn, "shownBy">;

/** Runs the engine's operations for the editor: progress in the view they belong to, cancel, log and journal. */
export class Operations implements vscode.Disposable {
  readonly #reports = new vscode.EventEmitter<Report>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #reporter: Reporter;
  #running: Running | undefined;

  /** Every report of every operation of this window. */
  readonly onReport = this.#reports.event;
  /** When one begins or ends. */
  readonly onDidChange = this.#changed.event;

  constructor(journal: Reporter, log: vscode.LogOutputChannel) {
    this.#reporter = tee(journal, logReporter(log), (report) => this.#reports.fire(report));
  }

  get running(): string | undefined {
    return this.#running?.title;
  }

  get goesOn(): GoesOn | undefined {
    return this.#running;
  }

  async run<T>(
    { title, about, view, notify, shownBy }: Wanted,
    work: (task: Task) => Promise<T>,
  ): Promise<T> {
    if (!vscode.workspace.isTrusted) throw fault("untrusted", [title]);
    if (this.#running) throw fault("busy", [this.#running.title]);
    const cancel = new AbortController();
    this.#set({ title, cancel, ...(shownBy ? { shownBy } : {}) });
    try {
      const location = notify ? vscode.ProgressLocation.Notification : { viewId: view };
      return await vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) => {
        token.onCancellationRequested(() => cancel.abort());
        const report = tee(
          this.#reporter,
          stepReporter((message) => progress.report({ message })),
        );
        return operate({ title, about, signal: cancel.signal, report }, work);
      });
    } finally {
      this.#set(undefined);
    }
  }

  cancel(): void {
    this.#running?.cancel.abort();
  }

  dispose(): void {
    this.cancel();
    this.#reports.dispose();
    this.#changed.dispose();
  }

  #set(running: Running | undefined): void {
    this.#running = running;
    setContext("sistership.busy", running !== undefined);
    this.#changed.fire();
  }
}

function logReporter(log: vscode.LogOutputChannel): Reporter {
  return (report) => {
    switch (report.kind) {
      case "began":
        return log.info(`${report.title}: ${report.about}`);
      case "line":
        return log.debug(report.line.text);
      case "step":
        if (report.step.state === "running") return log.debug(`${report.step.title} …`);
        if (report.step.state === "failed") return log.warn(`${report.step.title}: ${report.step.says}`);
        return log.info(`${report.step.title}: ${report.step.state}`);
      case "ended":
        return log.info(`${report.outcome}, ${report.ms} ms`);
    }
  };
}

/** Says which steps run, as they begin and end. */
function stepReporter(say: (text: string) => void): Reporter {
  const running = new Map<string, string>();
  const far = new Map<string, string>();
  return (report) => {
    if (report.kind === "progress") far.set(report.step, progressText(report.progress));
    else if (report.kind === "step") {
      const { id, title, state } = report.step;
      if (state === "running") running.set(id, title);
      else running.delete(id);
    } else return;
    const said = [...running].map(([id, title]) => (far.has(id) ? `${title}: ${far.get(id)}` : title));
    if (said.length > 0) say(said.join(", "));
  };
}
