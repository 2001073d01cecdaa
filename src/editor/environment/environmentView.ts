import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import { setContext } from "../contextKeys.ts";
import { applyFix } from "../fix.ts";
import type { Operations } from "../operations.ts";
import { setting } from "../settings.ts";
import { asRow, RowTree } from "../tree/rowTree.ts";
import { type Checkup, environmentRows } from "./rows.ts";

/** The Environment view: what this machine has, and what it lacks. */
export class EnvironmentView implements vscode.Disposable {
  readonly #operations: Operations;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #tree: RowTree;
  #checkup: Checkup | undefined;

  readonly onDidCheck = this.#changed.event;

  constructor(register: Register, operations: Operations) {
    this.#operations = operations;
    this.#tree = new RowTree("sistership.environment", () => environmentRows(this.#checkup));
    register("sistership.checkMachine", () => this.#check());
    register("sistership.fix", (argument) => this.#fix(argument));
  }

  /** What the last check found; undefined before the first. */
  get checkup(): Checkup | undefined {
    return this.#checkup;
  }

  async #check(): Promise<void> {
    const { examine } = await import("../../engine/environment/index.ts");
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
    const host = setting("sistership.docker.host");
    const env = { ...process.env, ...(host ? { DOCKER_HOST: host } : {}) };
    const patient = { folder, machine: { env, home: homedir(), platform: process.platform } };
    const findings = await this.#operations.run(
      { title: "Check this machine", about: folder, view: "sistership.environment" },
      (task) => examine(patient, task),
    );
    this.#checkup = { findings, at: new Date() };
    setContext("sistership.machineChecked", true);
    this.#tree.refresh();
    this.#changed.fire();
  }

  async #fix(argument: unknown): Promise<void> {
    const id = asRow(argument)?.id;
    const finding = this.#checkup?.findings.find(({ check }) => `machine/${check.id}` === id);
    if (finding && !finding.well && finding.fix) await applyFix(finding.fix);
  }

  dispose(): void {
    this.#tree.dispose();
    this.#changed.dispose();
  }
}
