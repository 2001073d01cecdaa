import * as vscode from "vscode";
import { type Fix, isCancelled, toFault } from "../engine/process/index.ts";
import { applyFix } from "./fix.ts";

/** The one place where an error reaches the user: its sentence, the action that mends it, and the log. */
export async function present(thrown: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (isCancelled(thrown)) return;
  const { code, says, fix, cause, lastLines } = toFault(thrown);
  log.error(says);
  for (const line of lastLines) log.error(`  ${line}`);
  // where it was thrown helps with what nobody foresaw; of all else the sentence and the last lines say more
  if (cause instanceof Error) {
    if (code === "unexpected") log.error(cause);
    else log.debug(cause.stack ?? cause.message);
  }
  const showLog = vscode.l10n.t("Show log");
  const chosen = await vscode.window.showErrorMessage(says, ...(fix ? [fix.label] : []), showLog);
  if (chosen === showLog) log.show();
  if (fix && chosen === fix.label) await applyFix(fix satisfies Fix);
}
