import * as vscode from "vscode";
import type { OpenDebugger } from "../../engine/environment/index.ts";

/**
 * Debuggers of Python and Go speak the editor's own language, and that of PHP is spoken for: without an extension of the
 * language, they are talked to directly.
 */
export const ownTypes = { python: "sistership-python", php: "sistership-php", go: "sistership-go" } as const;

/** What the debuggers of the languages' extensions are called, and where they come from. */
const others = {
  python: { type: "debugpy", extension: "ms-python.debugpy" },
  php: { type: "php", extension: "xdebug.php-debug" },
  go: { type: "go", extension: "golang.go" },
} as const;
export const followed = [others.python.type, ownTypes.python, others.go.type, ownTypes.go];

/** The type of the debugger for a language: of its extension where that is there, for its further views. */
function typeOf(kind: keyof typeof others): string {
  return hasExtension(kind) ? others[kind].type : ownTypes[kind];
}

export function hasExtension(kind: keyof typeof others): boolean {
  return vscode.extensions.getExtension(others[kind].extension) !== undefined;
}

interface Base {
  name: string;
  request: string;
  sistership: string;
}

export function debugSession(base: Base, opened: OpenDebugger): vscode.DebugConfiguration {
  return { ...base, ...sessions[opened.kind](opened) };
}

interface Settings extends Record<string, unknown> {
  type: string;
}

const sessions: Record<OpenDebugger["kind"], (opened: OpenDebugger) => Settings> = {
  /** The debugger of Node that comes with the editor. */
  node: ({ port, localRoot, remoteRoot }) => ({
    type: "node",
    address: "127.0.0.1",
    port,
    localRoot,
    remoteRoot,
    restart: true,
    skipFiles: ["<node_internals>/**"],
  }),
  python: ({ port, localRoot, remoteRoot }) => ({
    type: typeOf("python"),
    connect: { host: "127.0.0.1", port },
    pathMappings: [{ localRoot, remoteRoot }],
    justMyCode: true,
  }),
  go: ({ port, localRoot, remoteRoot }) => ({
    type: typeOf("go"),
    mode: "remote",
    host: "127.0.0.1",
    port,
    substitutePath: [{ from: localRoot, to: remoteRoot }],
  }),
  /** The PHP extension waits for Xdebug at that port; ours is waited for. */
  php: ({ port, localRoot, remoteRoot }) => ({
    type: typeOf("php"),
    ...(hasExtension("php") ? { request: "launch" } : {}),
    hostname: "127.0.0.1",
    port,
    pathMappings: { [remoteRoot]: localRoot },
  }),
};
