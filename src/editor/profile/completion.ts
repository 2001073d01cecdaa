import * as vscode from "vscode";
import { cursorAt } from "./cursor.ts";
import { profilePattern } from "./diagnostics.ts";

/** Completion and hovers of sistership.yaml, from its schema. Needs no other extension. */
export function registerProfileHelp(): vscode.Disposable {
  const selector = { pattern: profilePattern };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(selector, { provideCompletionItems: complete }, " ", "{"),
    vscode.languages.registerHoverProvider(selector, { provideHover: hover }),
  );
}

async function complete(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  if (anotherHelps()) return [];
  const { describeAt } = await import("../../engine/profile/index.ts");
  const { path, at } = cursorAt(linesOf(document), position.line, position.character);
  if (at.kind === "value") {
    const values = describeAt([...path, at.key])?.values ?? [];
    return values.map((value) => new vscode.CompletionItem(value, vscode.CompletionItemKind.Value));
  }
  return (describeAt(path)?.keys ?? [])
    .filter(({ name }) => !at.siblings.includes(name))
    .map(({ name, description, required }) => {
      const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Property);
      item.insertText = `${name}: `;
      if (description) item.documentation = new vscode.MarkdownString(description);
      if (required) item.detail = vscode.l10n.t("required");
      item.sortText = `${required ? 0 : 1}${name}`;
      return item;
    });
}

async function hover(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | undefined> {
  const word = document.getWordRangeAtPosition(position, /[\w.-]+/);
  if (!word || anotherHelps()) return undefined;
  const { describeAt } = await import("../../engine/profile/index.ts");
  const { path, at } = cursorAt(linesOf(document), word.end.line, word.end.character);
  const description = describeAt([...path, at.kind === "key" ? at.typed : at.key])?.description;
  return description ? new vscode.Hover(new vscode.MarkdownString(description), word) : undefined;
}

/** The YAML extension reads the schema that we contribute: what it says need not be said twice. */
function anotherHelps(): boolean {
  return vscode.extensions.getExtension("redhat.vscode-yaml")?.isActive === true;
}

function linesOf(document: vscode.TextDocument): string[] {
  return document.getText().split(/\r?\n/);
}
