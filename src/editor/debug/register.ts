import { createServer } from "node:net";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { OpenDebugger } from "../../engine/environment/index.ts";
import { fault } from "../../engine/process/index.ts";
import type { Register } from "../commands.ts";
import { choosePart } from "../environment/choose.ts";
import { foldersWithProfile, type LiveEnvironment, type LiveEnvironments } from "../environment/live.ts";
import { here } from "../environment/machine.ts";
import { present } from "../present.ts";
import { debugSession, followed, hasExtension, ownTypes } from "./sessions.ts";

/** What launch.json says: which process, of which folder where there are several. */
interface Wanted extends vscode.DebugConfiguration {
  process?: string;
  folder?: string;
}

const type = "sistership";

/** Debuggers in the processes of an environment: from its view, from the palette, and by F5. */
export function registerDebug(
  register: Register,
  live: LiveEnvironments,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const open = new Map<string, OpenDebugger>();
  const close = (key: unknown) => {
    if (typeof key !== "string") return;
    open.get(key)?.[Symbol.dispose]();
    open.delete(key);
  };

  const provideDebugConfigurations = async (folder: vscode.WorkspaceFolder | undefined) =>
    configurations(await live.look(), folder);
  const provider: vscode.DebugConfigurationProvider = {
    provideDebugConfigurations,
    /** Opens the way in, and hands over to the debugger of the language. */
    resolveDebugConfiguration: async (folder, wanted: Wanted) => {
      try {
        const place = wanted.folder ?? folder?.uri.fsPath ?? (await foldersWithProfile())[0];
        if (place === undefined) throw fault("no-folder", []);
        // F5 without a launch.json says nothing: the first that can be debugged is meant
        const [first] = await provideDebugConfigurations(folder);
        const process = wanted.process ?? first?.process;
        if (typeof process !== "string") throw fault("not-up", [basename(place)]);
        const key = `${place}\n${process}`;
        close(key);
        const { openDebugger } = await import("../../engine/environment/index.ts");
        const opened = await openDebugger(
          here({ folder: place }),
          process,
          hasExtension("php") ? { xdebugPort: await freePort() } : {},
        );
        open.set(key, opened);
        const base = { name: wanted.name ?? `Debug ${process}`, request: "attach", sistership: key };
        return debugSession(base, opened);
      } catch (thrown) {
        await present(thrown, log);
        return undefined;
      }
    },
  };

  register("sistership.debugPart", async (argument) => {
    const part = await choosePart(argument, live, ({ debuggable }) => debuggable);
    if (!part) return;
    const { folder } = part.place;
    const workspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
    await vscode.debug.startDebugging(workspace, configuration(part.name, folder));
  });

  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(type, provider),
    vscode.debug.registerDebugConfigurationProvider(
      type,
      { provideDebugConfigurations },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    ...Object.values(ownTypes).map((own) =>
      vscode.debug.registerDebugAdapterDescriptorFactory(own, {
        createDebugAdapterDescriptor: ({ configuration: { connect, port } }) =>
          new vscode.DebugAdapterServer(connect?.port ?? port, "127.0.0.1"),
      }),
    ),
    vscode.debug.onDidTerminateDebugSession((session) => {
      // a debugger of Node has a session below for each process: the way is that of the uppermost
      if (session.parentSession === undefined) close(session.configuration.sistership);
    }),
    ...followed.map(followReloads),
    { dispose: () => [...open.keys()].forEach(close) },
  );
}

function configuration(process: string, folder: string): Wanted {
  return { type, request: "attach", name: `Debug ${process}`, process, folder };
}

function configurations(
  environments: readonly LiveEnvironment[],
  folder: vscode.WorkspaceFolder | undefined,
): vscode.DebugConfiguration[] {
  return environments.flatMap(({ live: state, folder: of, rehearsal }) =>
    state.is === "known" && !rehearsal && (folder === undefined || folder.uri.fsPath === of)
      ? state.status.parts
          .filter((part) => part.debugger !== undefined)
          .map(({ name }) => configuration(name, of))
      : [],
  );
}

/** A reload ends the process that was debugged. The editor's own debugger of Node comes back by itself, others are brought back. */
function followReloads(debuggerType: string): vscode.Disposable {
  return vscode.debug.registerDebugAdapterTrackerFactory(debuggerType, {
    createDebugAdapterTracker: ({ configuration: said, workspaceFolder }) => {
      if (typeof said.sistership !== "string") return undefined; // somebody else's
      let stopped = false;
      return {
        onWillReceiveMessage: ({ command }) => {
          if (command === "disconnect" || command === "terminate") stopped = true;
        },
        onDidSendMessage: ({ type: kind, event }) => {
          if (kind !== "event" || event !== "terminated" || stopped) return;
          stopped = true;
          const [folder = "", process = ""] = said.sistership.split("\n");
          const name = basename(folder);
          vscode.window.setStatusBarMessage(vscode.l10n.t("{0} of {1} was reloaded", process, name), 3000);
          void vscode.debug.startDebugging(workspaceFolder, configuration(process, folder));
        },
      };
    },
  });
}

/** A port of this machine that nobody listens at: the extension of PHP does so as soon as its session begins. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
