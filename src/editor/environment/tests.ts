import { basename } from "node:path";
import * as vscode from "vscode";
import type { Command } from "../../engine/process/index.ts";
import { changed } from "./terminal.ts";

/** Runs the tests' commands as tasks, one after the other, each with its output in the panel. Whether all passed. */
export async function runTests(folder: string, commands: readonly Command[]): Promise<boolean> {
  for (const [index, command] of commands.entries()) {
    const name = commands.length === 1 ? "test" : `test ${index + 1}`;
    if ((await ended(task(folder, name, command))) !== 0) return false;
  }
  return true;
}

function task(folder: string, name: string, { program, args = [], cwd, env }: Command): vscode.Task {
  const options = { ...(cwd ? { cwd } : {}), env: changed(env ?? {}) };
  const execution = new vscode.ProcessExecution(program, [...args], options);
  const of = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) ?? vscode.TaskScope.Workspace;
  const made = new vscode.Task(
    { type: "sistership", folder, name },
    of,
    `${basename(folder)}: ${name}`,
    "Sistership",
    execution,
  );
  made.group = vscode.TaskGroup.Test;
  made.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, showReuseMessage: false };
  return made;
}

/** The exit code; undefined when the user ended it. */
function ended(task: vscode.Task): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let execution: vscode.TaskExecution | undefined;
    const heard = vscode.tasks.onDidEndTaskProcess((event) => {
      if (event.execution !== execution) return;
      heard.dispose();
      resolve(event.exitCode);
    });
    vscode.tasks.executeTask(task).then(
      (started) => {
        execution = started;
      },
      (thrown: unknown) => {
        heard.dispose();
        reject(thrown);
      },
    );
  });
}
