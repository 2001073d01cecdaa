import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import { setContext } from "../contextKeys.ts";

/** Of the Dev Containers extension, where it is there: moves the whole window inside, by the generated file. */
const reopenCommand = "remote-containers.reopenInContainer";

/** Editors that have dev containers may take the window into the very same containers. */
export function registerReopen(register: Register): vscode.Disposable {
  register("sistership.reopenInside", reopenInside);
  const look = async () => setContext("sistership.hasDevContainers", await canReopenInside());
  void look();
  return vscode.extensions.onDidChange(look);
}

/** An extension that nothing has woken yet has registered no command: then its manifest says so. */
export async function canReopenInside(): Promise<boolean> {
  const promised = vscode.extensions.all.some(({ packageJSON: { contributes } }) =>
    contributes?.commands?.some?.(({ command }: { command?: string }) => command === reopenCommand),
  );
  return promised || (await vscode.commands.getCommands(true)).includes(reopenCommand);
}

export async function reopenInside(): Promise<void> {
  await vscode.commands.executeCommand(reopenCommand);
}
