import * as vscode from "vscode";
import type { SettingId } from "./ids.ts";

/** The value of a text setting; undefined where it is left empty. */
export function setting(id: SettingId): string | undefined {
  const value = vscode.workspace.getConfiguration().get<string>(id, "").trim();
  return value === "" ? undefined : value;
}

export function isOn(id: SettingId): boolean {
  return vscode.workspace.getConfiguration().get<boolean>(id, true);
}
