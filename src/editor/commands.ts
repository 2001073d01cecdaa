import * as vscode from "vscode";
import type { CommandId } from "./ids.ts";
import { present } from "./present.ts";

/** Registers a command; whatever it throws is presented, never lost. */
export type Register = (id: CommandId, handler: (argument?: unknown) => unknown) => void;

export function registrar(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Register {
  return (id, handler) => {
    const guarded = async (argument?: unknown) => {
      try {
        await handler(argument);
      } catch (thrown) {
        await present(thrown, log);
      }
    };
    context.subscriptions.push(vscode.commands.registerCommand(id, guarded));
  };
}
