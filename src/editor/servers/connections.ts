import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Link, Pool, SshMachine, Target } from "../../engine/server/index.ts";
import { setting } from "../settings.ts";
import { editorAsker } from "./asker.ts";

/** The connections of this window: one a server, whatever is done there. Made when first wanted. */
export class Connections implements vscode.Disposable {
  readonly #changed: vscode.Disposable;
  #pool: Promise<Pool> | undefined;

  constructor() {
    this.#changed = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("sistership.ssh.configFile")) this.#close();
    });
  }

  pool(): Promise<Pool> {
    this.#pool ??= import("../../engine/server/index.ts").then(({ pool }) => pool(machine(), editorAsker));
    return this.#pool;
  }

  async link(target: Target, signal: AbortSignal): Promise<Link> {
    return (await this.pool()).link(target, signal);
  }

  #close(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    void pool?.then((open) => open[Symbol.asyncDispose]());
  }

  dispose(): void {
    this.#changed.dispose();
    this.#close();
  }
}

/** Where this window's SSH reads its configuration and keys. */
function machine(): SshMachine {
  return {
    configFile: setting("sistership.ssh.configFile"),
    home: homedir(),
    user: userInfo().username,
    hostname: hostname(),
    env: process.env,
    platform: process.platform,
  };
}

/** The user's own SSH configuration file. */
export function sshConfigFile(): string {
  return setting("sistership.ssh.configFile") ?? join(homedir(), ".ssh", "config");
}
