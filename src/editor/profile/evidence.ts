import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Evidence } from "../../engine/profile/index.ts";
import { profilePattern } from "./diagnostics.ts";

/** Says over each line of a profile which file of the repository it follows from. */
export class ProfileEvidence implements vscode.Disposable, vscode.CodeLensProvider, vscode.HoverProvider {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #known = new Map<string, Promise<readonly Evidence[]>>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor() {
    const selector = { pattern: profilePattern };
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.languages.registerCodeLensProvider(selector, this),
      vscode.languages.registerHoverProvider(selector, this),
      // the next look at a profile looks at the repository anew
      vscode.workspace.onDidCloseTextDocument(({ fileName }) => this.#known.delete(dirname(fileName))),
    );
  }

  /** What was just found, so that it need not be looked for again. */
  remember(folder: string, evidence: readonly Evidence[]): void {
    this.#known.set(folder, Promise.resolve(evidence));
    this.#changed.fire();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const lenses = new Map<number, vscode.CodeLens>();
    for (const { evidence, range } of await this.#placed(document)) {
      if (lenses.has(range.start.line)) continue; // the first says it; the hover says the rest
      lenses.set(
        range.start.line,
        new vscode.CodeLens(range, {
          title: evidence.because,
          tooltip: vscode.l10n.t("Open {0}", evidence.file),
          command: "vscode.open",
          arguments: [...openArguments(document, evidence)],
        }),
      );
    }
    return [...lenses.values()];
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const here = (await this.#placed(document)).filter(({ range }) => range.start.line === position.line);
    if (here.length === 0) return undefined;
    const lines = here.map(({ evidence }) => {
      const [uri] = openArguments(document, evidence);
      return `- ${markdown(evidence.because)} ([${markdown(evidence.file)}:${evidence.line}](${uri.with({ fragment: `L${evidence.line}` })}))`;
    });
    return new vscode.Hover(new vscode.MarkdownString(lines.join("\n")));
  }

  /** The evidence that still speaks for what is written, and where that is written. */
  async #placed(document: vscode.TextDocument) {
    const { locate, parseProfile } = await import("../../engine/profile/index.ts");
    const parsed = parseProfile(document.getText(), document.fileName);
    if (!parsed.ok) return [];
    const all = await this.#find(dirname(document.fileName));
    return all.flatMap((evidence) => {
      const path = evidence.path.split(".");
      const place = locate(parsed.document, path);
      if (place.depth !== path.length || !place.value) return [];
      const written = document.getText().slice(place.value.from, place.value.to);
      if (!written.includes(evidence.value)) return [];
      const { from, to } = place.key ?? place.value;
      return [{ evidence, range: new vscode.Range(document.positionAt(from), document.positionAt(to)) }];
    });
  }

  #find(folder: string): Promise<readonly Evidence[]> {
    const known = this.#known.get(folder);
    if (known) return known;
    const found = import("../../engine/profile/index.ts")
      .then(({ detect }) => detect(folder))
      .then(({ evidence }) => evidence);
    this.#known.set(folder, found);
    found.catch(() => this.#known.delete(folder));
    return found;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

function openArguments(document: vscode.TextDocument, { file, line }: Evidence) {
  const uri = vscode.Uri.file(join(dirname(document.fileName), file));
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  return [uri, { selection: new vscode.Range(at, at) }] as const;
}

function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>-]/g, "\\$&");
}
