import * as vscode from "vscode";
import type { LiveEnvironment } from "./environment/live.ts";
import type { Checkup } from "./environment/rows.ts";
import type { GoesOn } from "./operations.ts";
import { statusText } from "./statusText.ts";

export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("sistership", vscode.StatusBarAlignment.Left, 0);

  constructor() {
    this.#item.name = "Sistership";
    this.show(undefined, undefined, []);
    this.#item.show();
  }

  show(
    running: GoesOn | undefined,
    checkup: Checkup | undefined,
    environments: readonly LiveEnvironment[],
  ): void {
    const { text, tooltip, command } = statusText(running, checkup, environments);
    Object.assign(this.#item, { text, tooltip, command });
    this.#item.accessibilityInformation = { label: `Sistership: ${tooltip}` };
  }

  dispose(): void {
    this.#item.dispose();
  }
}
