import * as vscode from "vscode";
import type { Stages } from "./stages.ts";
import { stageText } from "./stageText.ts";

/** What runs where, against the commit at hand: told by what was seen last, never asked for by a clock. */
export class StageBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("sistership.stages", vscode.StatusBarAlignment.Left, -1);
  readonly #subscription: vscode.Disposable;

  constructor(stages: Stages) {
    this.#item.name = vscode.l10n.t("Sistership: What Runs Where");
    this.#item.command = "sistership.servers.focus";
    this.#subscription = stages.onDidChange(async () => this.#show(stageText(await stages.all())));
  }

  #show(said: ReturnType<typeof stageText>): void {
    if (said === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = said.text;
    this.#item.tooltip = said.tooltip;
    this.#item.accessibilityInformation = { label: said.tooltip };
    this.#item.show();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }
}
