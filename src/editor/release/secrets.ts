import * as vscode from "vscode";
import type { Operations } from "../operations.ts";
import type { StageHere, Stages } from "./stages.ts";

/** Values that only a stage knows, typed into masked boxes. What is typed goes to its servers and is kept nowhere here. */
export async function askSecrets(
  names: readonly string[],
  { app, stage }: StageHere,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = await vscode.window.showInputBox({
      title: names.length > 1 ? `${name} (${index + 1}/${names.length})` : name,
      prompt: vscode.l10n.t(
        "Its value for {0} on {1}. Kept encrypted by the servers, and nowhere on this machine.",
        app,
        stage,
      ),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => (text === "" ? vscode.l10n.t("It must have a value.") : undefined),
    });
    if (!value) return values;
    values[name] = value;
  }
  return values;
}

interface Means {
  stages: Stages;
  operations: Operations;
}

/** Shows which secrets a stage has, and gives one of them a new value. */
export async function manageSecrets(at: StageHere, { stages, operations }: Means): Promise<void> {
  const { secretNames, setSecret } = await import("../../engine/release/index.ts");
  const cancel = new AbortController();
  const items = async () => {
    const found = await secretNames(await stages.reach(at, cancel.signal), cancel.signal);
    return found.map(({ name, version, at: since }) => ({
      label: name,
      description:
        version === undefined || since === undefined
          ? vscode.l10n.t("has no value yet")
          : vscode.l10n.t("version {0}, since {1}", version, new Date(since).toLocaleString()),
      iconPath: new vscode.ThemeIcon(version === undefined ? "circle-outline" : "key"),
    }));
  };
  const chosen = await vscode.window.showQuickPick(items(), {
    title: vscode.l10n.t("Secrets of {0} on {1}", at.app, at.stage),
    placeHolder: vscode.l10n.t("Choose one to give it a new value. Values are never shown."),
    ignoreFocusOut: true,
  });
  if (chosen === undefined) return cancel.abort();
  const name = chosen.label;
  const { [name]: value } = await askSecrets([name], at);
  if (value === undefined) return;
  const about = `${at.app} ${at.stage}`;
  await operations.run(
    { title: `Set ${name} on ${at.stage}`, about, view: "sistership.servers" },
    async (task) => setSecret(await stages.reach(at, task.signal), name, value, task),
  );
  const deploy = vscode.l10n.t("Deploy…");
  const next = await vscode.window.showInformationMessage(
    vscode.l10n.t("{0} has a new value on {1}. The next deploy hands it over.", name, at.stage),
    deploy,
  );
  if (next === deploy)
    await vscode.commands.executeCommand("sistership.deploy", { ...at, id: "", label: at.stage });
}
