import * as vscode from "vscode";
import { type Fix, format } from "../engine/process/index.ts";

/** Does what the button beside a failure says. A command is put into a terminal, where the user sees it run. */
export async function applyFix(fix: Fix): Promise<void> {
  if ("open" in fix) {
    await vscode.env.openExternal(vscode.Uri.parse(fix.open));
    return;
  }
  const terminal = vscode.window.createTerminal({ name: fix.label });
  terminal.show();
  terminal.sendText(format(fix.run), false);
}
