import * as vscode from "vscode";
import type { Problem } from "../../engine/profile/index.ts";

const pauseMs = 150; // between the last key and the next look
export const profilePattern = "**/sistership.yaml";

/** Keeps the problems of open profiles up to date, and offers the fixes that are safe. */
export class ProfileDiagnostics implements vscode.Disposable, vscode.CodeActionProvider {
  readonly #collection = vscode.languages.createDiagnosticCollection("sistership");
  readonly #problems = new Map<string, readonly { problem: Problem; range: vscode.Range }[]>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable;

  constructor() {
    this.#subscriptions = vscode.Disposable.from(
      this.#collection,
      vscode.workspace.onDidOpenTextDocument((document) => this.#look(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#lookSoon(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.languages.registerCodeActionsProvider({ pattern: profilePattern }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    );
    for (const document of vscode.workspace.textDocuments) void this.#look(document);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return (this.#problems.get(document.uri.toString()) ?? []).flatMap(({ problem, range: where }) => {
      if (!problem.fix || !where.intersection(range)) return [];
      const { label, from, to, text } = problem.fix;
      const action = new vscode.CodeAction(label, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(
        document.uri,
        new vscode.Range(document.positionAt(from), document.positionAt(to)),
        text,
      );
      action.diagnostics = [diagnostic(problem, where)];
      action.isPreferred = true;
      return [action];
    });
  }

  #lookSoon(document: vscode.TextDocument): void {
    if (!isProfile(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => void this.#look(document), pauseMs),
    );
  }

  async #look(document: vscode.TextDocument): Promise<void> {
    if (!isProfile(document)) return;
    const { parseProfile } = await import("../../engine/profile/index.ts");
    if (document.isClosed) return;
    const problems = parseProfile(document.getText(), document.fileName).problems.map((problem) => ({
      problem,
      range: rangeOf(problem),
    }));
    this.#problems.set(document.uri.toString(), problems);
    this.#collection.set(
      document.uri,
      problems.map(({ problem, range }) => diagnostic(problem, range)),
    );
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
    this.#problems.delete(key);
    this.#collection.delete(document.uri);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#subscriptions.dispose();
  }
}

export function isProfile(document: vscode.TextDocument): boolean {
  return vscode.languages.match({ pattern: profilePattern }, document) > 0;
}

function rangeOf({ start, end }: Problem): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}

function diagnostic({ message, severity, code }: Problem, range: vscode.Range): vscode.Diagnostic {
  const { Error: error, Warning: warning } = vscode.DiagnosticSeverity;
  const found = new vscode.Diagnostic(range, message, severity === "error" ? error : warning);
  found.source = "sistership";
  found.code = code;
  return found;
}
