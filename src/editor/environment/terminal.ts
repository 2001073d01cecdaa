import * as vscode from "vscode";
import type { Command } from "../../engine/process/index.ts";

/** A terminal that is inside: its program is the one that goes there. */
export function insideTerminal(
  title: string,
  { program, args = [], cwd, env }: Command,
): vscode.TerminalOptions {
  return {
    name: title,
    shellPath: program,
    shellArgs: [...args],
    iconPath: new vscode.ThemeIcon("server-environment"),
    isTransient: true, // after a restart of the window its container may be another
    ...(cwd ? { cwd } : {}),
    ...(env ? { env: changed(env) } : {}),
  };
}

/** Only what differs from the editor's own environment: a terminal shows all that it is given. */
export function changed(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && value !== process.env[name] ? [[name, value]] : [],
    ),
  );
}
