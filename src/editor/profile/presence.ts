import * as vscode from "vscode";
import { setContext } from "../contextKeys.ts";

/** Knows whether an open folder has a profile, so that the first button to press is the right one. Told by the file system. */
export class ProfilePresence implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[] = [];
  #watchers: vscode.Disposable[] = [];

  constructor() {
    this.#subscriptions.push(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#watch()));
    this.#watch();
  }

  #watch(): void {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = (vscode.workspace.workspaceFolders ?? []).map((folder) => {
      const pattern = new vscode.RelativePattern(folder, "sistership.yaml");
      const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true, false);
      watcher.onDidCreate(() => this.#look());
      watcher.onDidDelete(() => this.#look());
      return watcher;
    });
    void this.#look();
  }

  async #look(): Promise<void> {
    const looks = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) =>
      vscode.workspace.fs.stat(vscode.Uri.joinPath(uri, "sistership.yaml")).then(
        () => true,
        () => false,
      ),
    );
    setContext("sistership.hasProfile", (await Promise.all(looks)).includes(true));
    setContext("sistership.profileLooked", true);
  }

  dispose(): void {
    for (const disposable of [...this.#subscriptions, ...this.#watchers]) disposable.dispose();
  }
}
