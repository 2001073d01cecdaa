import { basename } from "node:path";
import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import { asRow } from "../tree/rowTree.ts";
import { foldersWithProfile, type LiveEnvironments } from "./live.ts";
import type { Place } from "./machine.ts";

/** The environment that a command is about: of the row or file it was called on, the only one, or the one that is picked. */
export async function choosePlace(argument: unknown): Promise<Place | undefined> {
  const row = asRow(argument);
  if (row?.folder) return { folder: row.folder, ...(row.rehearsal ? { rehearsal: true } : {}) };
  const folder = await chooseFolder(argument);
  return folder === undefined ? undefined : { folder };
}

async function chooseFolder(argument: unknown): Promise<string | undefined> {
  const folders = await foldersWithProfile();
  if (argument instanceof vscode.Uri) {
    const of = vscode.workspace.getWorkspaceFolder(argument)?.uri.fsPath;
    if (of && folders.includes(of)) return of;
  }
  if (folders.length > 1) {
    const items = folders.map((folder) => ({ label: basename(folder), description: folder, folder }));
    return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which environment?") }))?.folder;
  }
  const [only] = folders;
  if (only) return only;
  const first = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (!first) throw fault("no-folder", []);
  throw fault("no-profile", [`${first}/sistership.yaml`]);
}

interface ChosenPart {
  place: Place;
  name: string;
  url?: string;
  port?: number;
  debuggable: boolean;
}

/** The process or service that a command is about. */
export async function choosePart(
  argument: unknown,
  live: LiveEnvironments,
  suits: (part: ChosenPart) => boolean,
): Promise<ChosenPart | undefined> {
  const row = asRow(argument);
  const known = await live.look();
  const all = known.flatMap(({ live: state, ...place }): ChosenPart[] =>
    state.is === "known"
      ? state.status.parts
          .filter(({ kind }) => kind !== "workspace")
          .map(({ name, address, debugger: by }) => ({
            place,
            name,
            ...(address?.url ? { url: address.url } : {}),
            ...(address ? { port: address.port } : {}),
            debuggable: by !== undefined,
          }))
      : [],
  );
  if (row?.subject)
    return all.find(
      ({ place, name }) =>
        place.folder === row.folder && place.rehearsal === row.rehearsal && name === row.subject,
    );
  const items = all.filter(suits).map((part) => ({
    label: part.name,
    description: `${basename(part.place.folder)}${part.place.rehearsal ? " (rehearsal)" : ""}`,
    part,
  }));
  if (items.length === 0)
    throw fault("not-up", [basename(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "this window")]);
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which process or service?") }))
    ?.part;
}
