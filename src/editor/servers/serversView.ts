import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { isCancelled, toFault } from "../../engine/process/index.ts";
import type { Asker, SshHost } from "../../engine/server/index.ts";
import type { Register } from "../commands.ts";
import { setContext } from "../contextKeys.ts";
import type { Operations } from "../operations.ts";
import { setting } from "../settings.ts";
import { asRow, RowTree } from "../tree/rowTree.ts";
import { type ServerState, serverRows } from "./rows.ts";

/** Asks nothing: an unknown host key is refused, not accepted. */
const nobody: Asker = {
  trust: async () => false,
  passphrase: async () => undefined,
  password: async () => undefined,
  sudo: async () => undefined,
};

/** The Servers view: the hosts of the user's SSH configuration. */
export class ServersView implements vscode.Disposable {
  readonly #operations: Operations;
  readonly #states = new Map<string, ServerState>();
  readonly #tree: RowTree;
  readonly #saved: vscode.Disposable;

  constructor(register: Register, operations: Operations) {
    this.#operations = operations;
    this.#tree = new RowTree("sistership.servers", async () => serverRows(await this.#hosts(), this.#states));
    this.#saved = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument(({ fileName }) => {
        if (/[\\/]\.ssh[\\/]/.test(fileName) || fileName === this.#configFile()) this.#tree.refresh();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("sistership.ssh.configFile")) this.#tree.refresh();
      }),
    );
    register("sistership.refreshServers", () => this.#tree.refresh());
    register("sistership.openSshConfig", () => this.#openConfig());
    register("sistership.checkServer", (argument) => this.#check(argument));
    register("sistership.openServerTerminal", (argument) => this.#openTerminal(argument));
  }

  async #hosts(): Promise<SshHost[]> {
    const { sshHosts } = await import("../../engine/server/index.ts");
    const hosts = vscode.workspace.isTrusted ? sshHosts(this.#configFile(), homedir()) : [];
    setContext("sistership.hasServers", hosts.length > 0);
    setContext("sistership.serversListed", true);
    return hosts;
  }

  #configFile(): string {
    return setting("sistership.ssh.configFile") ?? join(homedir(), ".ssh", "config");
  }

  async #check(argument: unknown): Promise<void> {
    const server = await this.#choose(argument);
    if (!server) return;
    const { checkServer, pool: poolOf } = await import("../../engine/server/index.ts");
    const { env, platform } = process;
    const configFile = setting("sistership.ssh.configFile");
    const machine = {
      ...{ configFile, home: homedir(), user: userInfo().username, hostname: hostname(), env, platform },
    };
    await using pool = poolOf(machine, nobody);
    try {
      const facts = await this.#operations.run(
        { title: `Check ${server}`, about: server, view: "sistership.servers" },
        (task) => checkServer(pool, { name: server, address: server }, task),
      );
      this.#states.set(server, { facts, at: new Date() });
    } catch (thrown) {
      if (!isCancelled(thrown) && toFault(thrown).code === "server-unreachable") {
        this.#states.set(server, { trouble: toFault(thrown).says, at: new Date() });
      }
      throw thrown;
    } finally {
      this.#tree.refresh();
    }
  }

  async #openTerminal(argument: unknown): Promise<void> {
    const server = await this.#choose(argument);
    if (!server) return;
    const configFile = setting("sistership.ssh.configFile");
    const shellArgs = [...(configFile ? ["-F", configFile] : []), "--", server];
    vscode.window.createTerminal({ name: server, shellPath: "ssh", shellArgs }).show();
  }

  async #openConfig(): Promise<void> {
    const file = vscode.Uri.file(this.#configFile());
    const exists = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    // A file that is not there yet is opened unsaved: nothing is made that the user has not saved.
    const document = await vscode.workspace.openTextDocument(
      exists ? file : file.with({ scheme: "untitled" }),
    );
    await vscode.window.showTextDocument(document);
  }

  /** The server of the row, or the one picked when the command came from the palette. */
  async #choose(argument: unknown): Promise<string | undefined> {
    const server = asRow(argument)?.subject;
    if (server) return server;
    const names = (await this.#hosts()).map(({ name }) => name);
    return vscode.window.showQuickPick(names, {
      title: vscode.l10n.t("Choose a server"),
      placeHolder: names.length === 0 ? vscode.l10n.t("Your SSH configuration names no hosts yet") : "",
    });
  }

  dispose(): void {
    this.#saved.dispose();
    this.#tree.dispose();
  }
}
