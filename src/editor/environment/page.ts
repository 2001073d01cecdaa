import * as vscode from "vscode";

/** Opens a page of the environment beside the code; in a browser of its own where the editor has none. */
export async function openPage({ url, port }: { url: string; port: number }): Promise<void> {
  // an editor that runs elsewhere, or in a browser, reaches this machine's ports by a way of its own
  const near = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  const target = near
    ? vscode.Uri.parse(url)
    : await vscode.env.asExternalUri(vscode.Uri.parse(`http://localhost:${port}`));
  const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  try {
    await vscode.commands.executeCommand("simpleBrowser.api.open", target, place);
  } catch {
    await vscode.env.openExternal(target); // an editor without that extension
  }
}
