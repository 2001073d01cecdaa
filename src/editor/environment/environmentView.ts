import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import { setContext } from "../contextKeys.ts";
import { applyFix } from "../fix.ts";
import type { Operations } from "../operations.ts";
import type { Row } from "../tree/row.ts";
import { asRow, RowTree } from "../tree/rowTree.ts";
import { LiveEnvironments } from "./live.ts";
import { here } from "./machine.ts";
import { type Checkup, environmentRows } from "./rows.ts";

/** The Environment view: what runs, and what this machine has or lacks. Live while it is seen. */
export class EnvironmentView implements vscode.Disposable {
  readonly #operations: Operations;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #tree: RowTree;
  readonly #subscriptions: vscode.Disposable;
  readonly live = new LiveEnvironments();
  #checkup: Checkup | undefined;
  #shown = "";

  readonly onDidChange = this.#changed.event;

  constructor(register: Register, operations: Operations) {
    this.#operations = operations;
    this.#tree = new RowTree("sistership.environment", () => this.#rows());
    this.#subscriptions = vscode.Disposable.from(
      this.live,
      this.live.onDidChange(() => this.#show()),
      this.#tree.view.onDidChangeVisibility(({ visible }) => (visible ? this.#watch() : this.live.pause())),
      vscode.workspace.onDidSaveTextDocument(({ fileName }) => {
        if (fileName.endsWith("sistership.yaml")) this.#watch();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#watch()),
      operations.onDidChange(() => {
        if (!operations.running) this.#watch();
      }),
    );
    register("sistership.checkMachine", () => this.#check());
    register("sistership.fix", (argument) => this.#fix(argument));
    register("sistership.refreshEnvironment", () => this.live.watch());
    if (this.#tree.view.visible) this.#watch();
  }

  /** What the last check found; undefined before the first. */
  get checkup(): Checkup | undefined {
    return this.#checkup;
  }

  #watch(): void {
    if (this.#tree.view.visible && vscode.workspace.isTrusted) void this.live.watch();
  }

  #rows(): Row[] {
    return environmentRows(this.#checkup, this.live.all);
  }

  /** Numbers come every second; the view is disturbed only when a word of it changes. */
  #show(): void {
    const shown = JSON.stringify(this.#rows());
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#tree.refresh();
    this.#changed.fire();
  }

  async #check(): Promise<void> {
    const { examine } = await import("../../engine/environment/index.ts");
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
    const findings = await this.#operations.run(
      { title: "Check this machine", about: folder, view: "sistership.environment" },
      (task) => examine(here({ folder }), task),
    );
    this.#checkup = { findings, at: new Date() };
    setContext("sistership.machineChecked", true);
    this.#show();
  }

  async #fix(argument: unknown): Promise<void> {
    const id = asRow(argument)?.id;
    const finding = this.#checkup?.findings.find(({ check }) => `machine/${check.id}` === id);
    if (finding && !finding.well && finding.fix) await applyFix(finding.fix);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#tree.dispose();
    this.#changed.dispose();
  }
}
