import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import type { Entry, KnownServer } from "../../engine/server/index.ts";
import { thisMachine } from "../environment/machine.ts";
import { sshConfigFile } from "./connections.ts";

const section = "sistership.servers";

/** All servers that have a name here: the team's, the user's own, and the hosts of the SSH configuration. */
export async function known(): Promise<KnownServer[]> {
  const { inventoryFiles, knownServers, openInventory, readSettings, sshHosts } = await import(
    "../../engine/server/index.ts"
  );
  const machine = thisMachine();
  const folders = vscode.workspace.workspaceFolders ?? [];
  const { own } = inventoryFiles("", machine);
  return knownServers({
    team: folders.flatMap(({ uri }) => openInventory(inventoryFiles(uri.fsPath, machine).team).entries),
    own: [
      ...readSettings(settings(), vscode.l10n.t("the setting {0}", section)),
      ...openInventory(own).entries, // what was added at a prompt
    ],
    hosts: sshHosts(sshConfigFile(), machine.home).map(({ name }) => name),
  });
}

/** Keeps a server: for this user alone in the settings, or for everybody in a file of the project. */
export async function keep(entry: Entry, team: vscode.Uri | undefined): Promise<void> {
  const { inventoryFiles, written } = await import("../../engine/server/index.ts");
  if (team) return change(inventoryFiles(team.fsPath, thisMachine()).team, { add: entry });
  await write({ ...settings(), [entry.name]: written(entry) });
}

/** Forgets a server wherever it stands. Nothing is done to the server itself. */
export async function forget({ name, from }: KnownServer): Promise<void> {
  const { inventoryFiles, openInventory } = await import("../../engine/server/index.ts");
  const machine = thisMachine();
  const { [name]: gone, ...others } = settings();
  if (from === "own" && gone !== undefined) return write(others);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const files =
    from === "own"
      ? [inventoryFiles("", machine).own]
      : folders.map(({ uri }) => inventoryFiles(uri.fsPath, machine).team);
  for (const file of files) {
    if (openInventory(file).entries.some((one) => one.name === name)) await change(file, { remove: name });
  }
}

function settings(): Record<string, unknown> {
  return { ...vscode.workspace.getConfiguration().get<Record<string, unknown>>(section, {}) };
}

async function write(servers: Record<string, unknown>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  await configuration.update(section, servers, vscode.ConfigurationTarget.Global);
}

/** Changes a file of servers; what somebody is typing into it is not written over. */
async function change(file: string, edit: { add: Entry } | { remove: string }): Promise<void> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
  if (open?.isDirty) throw fault("unsaved", [file]);
  const { changeInventory } = await import("../../engine/server/index.ts");
  changeInventory(file, edit);
}
