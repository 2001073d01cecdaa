import { join } from "node:path";
import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import type { Register } from "../commands.ts";
import type { Operations } from "../operations.ts";
import { profilePattern } from "./diagnostics.ts";

const scheme = "sistership-generated";
const quietKey = "sistership.generate.doNotOffer";

/** Makes the files of a profile: what is new or outdated is written, what was changed by hand is shown and left to the user. */
export function registerGenerate(
  register: Register,
  operations: Operations,
  memory: vscode.Memento,
): vscode.Disposable {
  const generated = new Map<string, string>();
  register("sistership.generateFiles", async () => {
    const folder = await chooseFolder();
    if (folder) await generate(folder, operations, generated);
  });
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ path }) => generated.get(path) ?? "",
    }),
    vscode.workspace.onDidSaveTextDocument((document) => offer(document, memory)),
  );
}

/** The open folder that is meant, or nothing where the user stepped back. */
export async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders[0] && folders.length === 1) return folders[0].uri;
  if (folders.length === 0) throw fault("no-folder", []);
  return (await vscode.window.showWorkspaceFolderPick())?.uri;
}

/** What is generated from the profile in a folder, beside what stands there. */
async function look(folder: string) {
  const { projectStatus, wrongProfile } = await import("../../engine/blueprint/index.ts");
  const found = await projectStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  return found.files;
}

async function generate(
  folder: vscode.Uri,
  operations: Operations,
  generated: Map<string, string>,
): Promise<void> {
  const { apply, writable } = await import("../../engine/blueprint/index.ts");
  const root = folder.fsPath;
  const { written, edited } = await operations.run(
    { title: "Generate files", about: root, view: "sistership.environment" },
    (task) =>
      task.step(
        {
          id: "generate",
          title: "Dev container, Compose file and Dockerfile",
          why: "They follow from sistership.yaml alone, so that they are the same on every machine.",
          command: "sistership generate",
        },
        async (step) => {
          const all = await look(root);
          const pending = writable(all);
          await apply(root, pending);
          const byHand = all.filter(({ state }) => state === "edited").map(({ file }) => file);
          step.says(pending.length === 0 ? "up to date" : pending.map(({ path }) => path).join(", "));
          return { written: pending, edited: byHand };
        },
      ),
  );
  if (written.length + edited.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Everything is up to date."));
  }
  for (const { path, text } of edited) await askAbout(folder, path, text, generated);
  await askAboutLaunch(folder);
}

/** A launch.json of the user's own may be added to: what stands in it stays as it is. */
async function askAboutLaunch(folder: vscode.Uri): Promise<void> {
  const file = vscode.Uri.joinPath(folder, ".vscode/launch.json");
  const { projectStatus, withConfigurations } = await import("../../engine/blueprint/index.ts");
  const found = await projectStatus(folder.fsPath);
  const own =
    found.ok && found.files.some((one) => one.file.path === ".vscode/launch.json" && one.state === "own");
  if (!own) return;
  const document = await vscode.workspace.openTextDocument(file);
  const more = withConfigurations(document.getText(), found.profile);
  if (more === undefined) return;
  const add = vscode.l10n.t("Add");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      "launch.json is yours. Add what debugs {0} in the environment? What stands in it stays.",
      more.added.join(", "),
    ),
    add,
    vscode.l10n.t("Keep mine"),
  );
  if (chosen === add) await replaceText(document, more.text);
}

/** As an edit, so that it can be undone; the user saves it. */
async function replaceText(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
}

/** A file that was changed by hand is never written over without being looked at. */
async function askAbout(folder: vscode.Uri, path: string, text: string, generated: Map<string, string>) {
  const file = vscode.Uri.joinPath(folder, path);
  const proposal = file.with({ scheme, query: String(Date.now()) });
  generated.set(proposal.path, text);
  await vscode.commands.executeCommand("vscode.diff", file, proposal, `${path} ↔ generated`);
  const replace = vscode.l10n.t("Replace");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("{0} was changed by hand. Left is yours, right is what sistership.yaml says.", path),
    replace,
    vscode.l10n.t("Keep mine"),
  );
  if (chosen !== replace) return;
  await replaceText(await vscode.workspace.openTextDocument(file), text);
}

/** After a profile was saved: an offer where its files are out of date, quiet where the user asked for quiet. */
async function offer(document: vscode.TextDocument, memory: vscode.Memento): Promise<void> {
  if (vscode.languages.match({ pattern: profilePattern }, document) === 0) return;
  if (!vscode.workspace.isTrusted || memory.get(quietKey)) return;
  const folder = vscode.workspace.workspaceFolders?.find(
    ({ uri }) => join(uri.fsPath, "sistership.yaml") === document.fileName,
  );
  if (!folder) return;
  const { writable } = await import("../../engine/blueprint/index.ts");
  const all = await look(folder.uri.fsPath).catch(() => []); // a profile that is wrong says so under its own words
  if (writable(all).length === 0) return;
  const now = vscode.l10n.t("Generate files");
  const never = vscode.l10n.t("Do not ask here again");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("The dev container, Compose file and Dockerfile do not follow sistership.yaml yet."),
    now,
    never,
  );
  if (chosen === now) await vscode.commands.executeCommand("sistership.generateFiles");
  if (chosen === never) await memory.update(quietKey, true);
}
