import * as vscode from "vscode";
import type { OpenDebugger } from "../../engine/environment/index.ts";

/** Python's debugger speaks the editor's own language: without an extension for it, it is talked to directly. */
export const pythonType = "sistership-python";

interface Base {
  name: string;
  request: string;
  sistership: string;
}

/** The debugger of Node that comes with the editor. */
export function nodeSession(
  base: Base,
  { port, localRoot, remoteRoot }: OpenDebugger,
): vscode.DebugConfiguration {
  return {
    ...base,
    type: "node",
    address: "127.0.0.1",
    port,
    localRoot,
    remoteRoot,
    restart: true,
    skipFiles: ["<node_internals>/**"],
  };
}

/** The debugger of the Python extension where it is there, for its further views; else Python's own. */
export function pythonSession(
  base: Base,
  { port, localRoot, remoteRoot }: OpenDebugger,
): vscode.DebugConfiguration {
  const extension = vscode.extensions.getExtension("ms-python.debugpy");
  return {
    ...base,
    type: extension ? "debugpy" : pythonType,
    connect: { host: "127.0.0.1", port },
    pathMappings: [{ localRoot, remoteRoot }],
    justMyCode: true,
  };
}
