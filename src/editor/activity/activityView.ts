import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import { type Report, readJournal } from "../../engine/process/index.ts";
import type { Register } from "../commands.ts";
import { setContext } from "../contextKeys.ts";
import type { Operations } from "../operations.ts";
import type { Stages } from "../release/stages.ts";
import { asRow, RowTree } from "../tree/rowTree.ts";
import { activityRows } from "./rows.ts";
import { stageRows } from "./stageRows.ts";

/** The Activity view: what stages remember of what was done to them, and what was done by this user, here and at the prompt. */
export class ActivityView implements vscode.Disposable {
  readonly #journal: string;
  readonly #stages: Stages;
  readonly #tree: RowTree;
  readonly #subscriptions: vscode.Disposable;
  #live: Report[] = [];
  #watcher: FSWatcher | undefined;

  constructor(register: Register, operations: Operations, journal: string, stages: Stages) {
    this.#journal = journal;
    this.#stages = stages;
    this.#tree = new RowTree("sistership.activity", () => this.#rows());
    this.#subscriptions = vscode.Disposable.from(
      operations.onReport((report) => this.#hear(report)),
      stages.onDidChange(() => this.#tree.refresh()),
      this.#tree.view.onDidChangeVisibility(({ visible }) => this.#watch(visible)),
    );
    register("sistership.copyCommand", (argument) => this.#copy(argument));
  }

  async #rows() {
    const now = new Date();
    const done = activityRows(readJournal(this.#journal), this.#live, now);
    const rows = [...stageRows(await this.#stages.all(), now), ...done];
    setContext("sistership.hasActivity", rows.length > 0);
    setContext("sistership.activityRead", true);
    this.#watch(this.#tree.view.visible);
    return rows;
  }

  #hear(report: Report): void {
    if (report.kind === "line") return;
    if (report.kind === "began") this.#live = [];
    this.#live.push(report);
    this.#tree.refresh();
  }

  #watch(visible: boolean): void {
    if (!visible) {
      this.#watcher?.close();
      this.#watcher = undefined;
      return;
    }
    if (this.#watcher) return;
    try {
      this.#watcher = watch(dirname(this.#journal), (_, file) => {
        if (file === basename(this.#journal)) this.#tree.refresh();
      });
      this.#watcher.on("error", () => this.#watch(false));
    } catch {
      // No journal yet: what this window does is heard of anyway.
    }
  }

  async #copy(argument: unknown): Promise<void> {
    const command = asRow(argument)?.subject;
    if (!command) return;
    await vscode.env.clipboard.writeText(command);
    vscode.window.setStatusBarMessage(vscode.l10n.t("Copied: {0}", command), 3000);
  }

  dispose(): void {
    this.#watch(false);
    this.#subscriptions.dispose();
    this.#tree.dispose();
  }
}
