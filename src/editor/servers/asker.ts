import * as vscode from "vscode";
import type { Asker } from "../../engine/server/index.ts";

/** What connections ask, asked in the editor. Nothing that is typed here is kept beyond the window. */
export const editorAsker: Asker = {
  trust: async ({ name, address, type, fingerprint }) => {
    const trust = vscode.l10n.t("Trust This Key");
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t("Connect to {0} for the first time?", name),
      {
        modal: true,
        detail: vscode.l10n.t(
          "{0} shows a key that is not known here:\n\n{1} {2}\n\nCompare it with what your provider or your colleague says. It is then kept in your known hosts, and a server with another key is refused.",
          address,
          type,
          fingerprint,
        ),
      },
      trust,
    );
    return chosen === trust;
  },
  passphrase: (keyFile) =>
    masked(
      vscode.l10n.t("Passphrase of {0}", keyFile),
      vscode.l10n.t("Asked for once, and kept in memory while this window is open."),
    ),
  password: ({ user, host, prompt }) =>
    masked(
      vscode.l10n.t("{0} at {1}", user, host),
      prompt.trim() || vscode.l10n.t("The password of this user. A key would be safer."),
    ),
  sudo: ({ user, host }) =>
    masked(
      vscode.l10n.t("Password of {0} for sudo at {1}", user, host),
      vscode.l10n.t(
        "Needed to act as root there. Kept in memory while this window is open, never in a file.",
      ),
    ),
};

async function masked(title: string, prompt: string): Promise<string | undefined> {
  return vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true });
}
