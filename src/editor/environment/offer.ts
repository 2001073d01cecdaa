import { basename } from "node:path";
import * as vscode from "vscode";
import { foldersWithProfile } from "./live.ts";

const quietKey = "sistership.open.doNotOffer";
const offeredKey = "sistership.open.offered";

/** Offers the button once to who opens a folder with a profile, and never again where they said so. */
export async function offerEnvironment(
  folderMemory: vscode.Memento,
  userMemory: vscode.Memento,
): Promise<void> {
  if (!vscode.workspace.isTrusted || userMemory.get(quietKey) || folderMemory.get(offeredKey)) return;
  const [folder] = await foldersWithProfile();
  if (!folder) return;
  await folderMemory.update(offeredKey, true);
  const open = vscode.l10n.t("Open in Environment");
  const never = vscode.l10n.t("Do not ask again");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("{0} has an environment: everything it needs, started by one button.", basename(folder)),
    open,
    never,
  );
  if (chosen === open)
    await vscode.commands.executeCommand("sistership.openInEnvironment", vscode.Uri.file(folder));
  if (chosen === never) await userMemory.update(quietKey, true);
}
