import * as vscode from "vscode";
import type { ViewId } from "../ids.ts";
import type { Row } from "./row.ts";

/** Shows rows in a view. Nothing is computed while the view is hidden. */
export class RowTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #rows: () => readonly Row[] | Promise<readonly Row[]>;
  readonly #parents = new WeakMap<Row, Row>();
  readonly view: vscode.TreeView<Row>;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(id: ViewId, rows: () => readonly Row[] | Promise<readonly Row[]>) {
    this.#rows = rows;
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
  }

  refresh(): void {
    this.#changed.fire();
  }

  async getChildren(row?: Row): Promise<Row[]> {
    const children = row ? (row.children ?? []) : await this.#rows();
    if (row) for (const child of children) this.#parents.set(child, row);
    return [...children];
  }

  getParent(row: Row): Row | undefined {
    return this.#parents.get(row);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label, collapsible(row));
    item.id = row.id;
    if (row.description) item.description = row.description;
    if (row.tooltip) item.tooltip = new vscode.MarkdownString(row.tooltip);
    if (row.icon) {
      const { id, colour } = row.icon;
      item.iconPath = new vscode.ThemeIcon(id, colour ? new vscode.ThemeColor(colour) : undefined);
    }
    if (row.spoken) item.accessibilityInformation = { label: row.spoken };
    if (row.facets) item.contextValue = row.facets.join(";");
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.#changed.dispose();
  }
}

function collapsible({ children, expanded }: Row): vscode.TreeItemCollapsibleState {
  if (!children?.length) return vscode.TreeItemCollapsibleState.None;
  return expanded ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}

/** The row a command was called on; undefined when it came from the palette. */
export function asRow(argument: unknown): Row | undefined {
  return typeof argument === "object" && argument !== null && "id" in argument && "label" in argument
    ? (argument as Row)
    : undefined;
}
