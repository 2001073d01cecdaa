import { basename } from "node:path";
import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import type { Register } from "../commands.ts";
import type { Operations } from "../operations.ts";
import { askQuestions, pickApplications } from "./choices.ts";
import type { ProfileEvidence } from "./evidence.ts";

const proposalScheme = "sistership-proposal";

/** Set up this project: look at the repository, ask what it leaves open, propose a profile. Only the user's save writes it. */
export function registerSetUp(
  register: Register,
  operations: Operations,
  evidence: ProfileEvidence,
): vscode.Disposable {
  const proposals = new Map<string, string>();
  register("sistership.setUpProject", async (argument) => {
    const folder = await chooseFolder(argument);
    if (!folder) return;
    const proposal = await propose(folder, operations, evidence);
    if (proposal === undefined) return;
    const file = vscode.Uri.joinPath(folder, "sistership.yaml");
    if (!(await exists(file))) await openUnsaved(file, proposal);
    else {
      proposals.set(file.path, proposal);
      await compare(file, proposal);
    }
  });
  return vscode.workspace.registerTextDocumentContentProvider(proposalScheme, {
    provideTextDocumentContent: ({ path }) => proposals.get(path) ?? "",
  });
}

async function chooseFolder(argument: unknown): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return argument;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length <= 1) {
    if (folders[0]) return folders[0].uri;
    throw fault("no-folder", []);
  }
  return (await vscode.window.showWorkspaceFolderPick())?.uri;
}

/** The text of a profile, or nothing where the user stepped out of the questions. */
async function propose(
  folder: vscode.Uri,
  operations: Operations,
  evidence: ProfileEvidence,
): Promise<string | undefined> {
  const { detect, editProfile, manyApplications, writeProfile } = await import(
    "../../engine/profile/index.ts"
  );
  const name = basename(folder.fsPath);
  const found = await operations.run(
    { title: `Set up ${name}`, about: folder.fsPath, view: "sistership.environment" },
    (task) =>
      task.step(
        {
          id: "detect",
          title: "Look at the project",
          why: "What the repository says need not be asked; every value keeps the file it came from.",
          command: "sistership detect",
        },
        async (step) => {
          const detected = await detect(folder.fsPath, { signal: task.signal });
          if (!detected.profile.runtime) throw fault("nothing-recognised", [folder.fsPath]);
          step.says(`${detected.evidence.length} facts, ${detected.questions.length} open questions`);
          return detected;
        },
      ),
  );
  const only = await pickApplications(found.apps, manyApplications);
  if (!only) return undefined;
  const meant = only.length === found.apps.length ? found : await detect(folder.fsPath, { only });
  const answers = await askQuestions(meant.questions);
  if (!answers) return undefined;
  evidence.remember(folder.fsPath, meant.evidence);
  const edits = answers.map(({ path, answer }) => ({ set: path.split("."), value: answer }));
  return editProfile(writeProfile(meant.profile), edits);
}

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

async function openUnsaved(file: vscode.Uri, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file.with({ scheme: "untitled" }));
  await replaceAll(document, text);
  await vscode.window.showTextDocument(document);
}

/** Shows the difference; taking the proposal is an edit that can be undone, and is saved by the user alone. */
async function compare(file: vscode.Uri, proposal: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  if (document.getText() === proposal) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("sistership.yaml already says what the repository says."),
    );
    return;
  }
  const proposed = file.with({ scheme: proposalScheme, query: String(Date.now()) });
  const title = vscode.l10n.t("sistership.yaml ↔ what the repository says");
  await vscode.commands.executeCommand("vscode.diff", file, proposed, title);
  const take = vscode.l10n.t("Take the proposal");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("sistership.yaml exists already. Left is yours, right is what the repository says now."),
    take,
    vscode.l10n.t("Keep mine"),
  );
  if (chosen !== take) return;
  await replaceAll(document, proposal);
  await vscode.window.showTextDocument(document);
}

async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text);
  await vscode.workspace.applyEdit(edit);
}
