import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Running, run, start } from "../../../src/engine/process/index.ts";
import { boundToUs, freshHome } from "./bound.ts";
import { type Editor, editor } from "./install.ts";

export interface ServeOptions {
  folder: string;
  /** Packed extensions to put in. */
  vsix?: readonly string[];
  settings?: Readonly<Record<string, unknown>>;
  env?: Readonly<Record<string, string | undefined>>;
  port?: number;
  /** Off asks, as on a desktop, whether the folder is trusted. */
  trust?: boolean;
  signal?: AbortSignal;
}

/** VS Code as a user has it, behind a web page; fresh settings and extensions, gone when disposed. */
export interface Served extends AsyncDisposable {
  url: string;
  home: string;
  editor: Editor;
}

const quiet = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "git.openRepositoryInParentFolders": "never",
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "window.commandCenter": false,
};

export async function serve(options: ServeOptions): Promise<Served> {
  const { folder, vsix = [], settings = {}, env = {}, port = 0, trust = true, signal } = options;
  const where = await editor(signal);
  const home = freshHome("sistership-editor");
  const user = join(home, "user");
  const common = [
    "--config",
    join(home, "config.yaml"),
    "--user-data-dir",
    user,
    "--extensions-dir",
    join(home, "extensions"),
  ];
  // settings of the machine are read from their own file where the editor runs beside a server
  for (const scope of ["User", "Machine"]) {
    mkdirSync(join(user, scope), { recursive: true });
    writeFileSync(join(user, scope, "settings.json"), JSON.stringify({ ...quiet, ...settings }));
  }
  writeFileSync(join(home, "config.yaml"), "");
  const cancel = new AbortController();
  const dispose = async (running?: Running) => {
    cancel.abort();
    await running?.exited.catch(() => {});
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const file of vsix) {
      await run(
        { program: process.execPath, args: [where.entry, ...common, "--install-extension", file] },
        { timeoutMs: 60_000, ...(signal ? { signal } : {}) },
      );
    }
    const running = await start(
      boundToUs({
        program: process.execPath,
        args: [
          ...[where.entry, ...common, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
          ...[
            "--disable-telemetry",
            "--disable-update-check",
            ...(trust ? ["--disable-workspace-trust"] : []),
            folder,
          ],
        ],
        // its terminals and extension host are those of a user, not of a test
        env: {
          NODE_OPTIONS: undefined,
          NODE_TEST_CONTEXT: undefined,
          XDG_RUNTIME_DIR: home,
          VSCODE_IPC_HOOK_CLI: undefined,
          ...env,
        },
      }),
      { signal: cancel.signal, graceMs: 3000 },
    );
    const url = new URL(await address(running));
    url.searchParams.set("folder", folder);
    return { url: url.href, home, editor: where, [Symbol.asyncDispose]: () => dispose(running) };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

/** The address that the server says it listens on; its later lines are read away. */
async function address(running: Running): Promise<string> {
  const lines = running[Symbol.asyncIterator]();
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const url = /HTTP server listening on (http:\S+)/.exec(line.value.text)?.[1];
    if (url === undefined) continue;
    void (async () => {
      while (!(await lines.next()).done);
    })();
    return url;
  }
  const occupied = running.last.find((text) => text.includes("EADDRINUSE"));
  throw new Error(
    occupied
      ? "The port is taken by another program: choose another with --port, or leave it out for a free one."
      : `The editor ended before it listened. Its last lines:\n  ${running.last.join("\n  ")}`,
  );
}
