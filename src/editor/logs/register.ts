import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import type { Fleet } from "../servers/fleet.ts";
import type { LogsView } from "./logsView.ts";

/**
 * The log view stands in the panel, where VS Code has its other output: it keeps its width, and a place that is opened
 * from it appears in the editor above. All of it is loaded when it is first shown.
 */
export function registerLogs(
  register: Register,
  extension: vscode.Uri,
  kept: vscode.Memento,
  log: vscode.LogOutputChannel,
  fleet: Fleet,
): vscode.Disposable {
  let view: Promise<LogsView> | undefined;
  const load = () => {
    view ??= import("./logsView.ts").then(({ LogsView }) => new LogsView(extension, kept, log, fleet));
    return view;
  };
  register("sistership.showLogs", async (argument) => (await load()).show(argument));
  register("sistership.showStageLogs", async (argument) => (await load()).showStage(argument));
  const provider = vscode.window.registerWebviewViewProvider("sistership.logs", {
    resolveWebviewView: async (webview) => (await load()).attach(webview),
  });
  return {
    dispose: () => {
      provider.dispose();
      void view?.then((shown) => shown.dispose());
    },
  };
}
