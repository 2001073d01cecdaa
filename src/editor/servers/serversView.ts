import * as vscode from "vscode";
import { isCancelled } from "../../engine/process/index.ts";
import type { KnownServer, SetUpPlan, Target } from "../../engine/server/index.ts";
import type { Register } from "../commands.ts";
import type { CommandId } from "../ids.ts";
import type { Operations } from "../operations.ts";
import type { StageHere, Stages } from "../release/stages.ts";
import { asRow, RowTree } from "../tree/rowTree.ts";
import { askForWhom, askServer } from "./add.ts";
import { sshConfigFile } from "./connections.ts";
import type { Fleet } from "./fleet.ts";
import { joinGroup, leaveGroup } from "./group.ts";
import { forget, keep, known } from "./inventory.ts";
import { planText } from "./planText.ts";
import { renewEdgeOf } from "./renewEdge.ts";
import { serverRows } from "./rows.ts";
import { setUpServer } from "./setUp.ts";
import { shipToServers } from "./ship.ts";
import { serverTerminal } from "./terminal.ts";

const view = "sistership.servers";
const planScheme = "sistership-plan";

/** The Servers view: the user's servers and the team's, what they are, and what is done to them. */
export class ServersView implements vscode.Disposable {
  readonly #operations: Operations;
  readonly #fleet: Fleet;
  readonly #stages: Stages;
  readonly #plans = new Map<string, string>();
  readonly #planned = new vscode.EventEmitter<vscode.Uri>();
  readonly #tree: RowTree;
  readonly #subscriptions: vscode.Disposable;

  constructor(register: Register, operations: Operations, fleet: Fleet, stages: Stages) {
    this.#operations = operations;
    this.#fleet = fleet;
    this.#stages = stages;
    this.#tree = new RowTree(view, async () =>
      serverRows(await this.#servers(), fleet.states, await stages.all()),
    );
    const refresh = () => this.#tree.refresh();
    this.#subscriptions = vscode.Disposable.from(
      this.#planned,
      fleet.onDidChange(refresh),
      stages.onDidChange(refresh),
      vscode.workspace.onDidSaveTextDocument(({ fileName }) => {
        if (/sistership[\\/.]servers\.yaml$/.test(fileName)) refresh();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("sistership.servers")) refresh();
      }),
      vscode.workspace.registerTextDocumentContentProvider(planScheme, {
        onDidChange: this.#planned.event,
        provideTextDocumentContent: ({ path }) => this.#plans.get(path) ?? "",
      }),
    );
    const means = { fleet, operations, read: (plan: SetUpPlan) => this.#read(plan) };
    const onServer = (id: CommandId, work: (server: KnownServer) => unknown) =>
      register(id, async (argument) => {
        const server = await this.#choose(argument);
        if (server) await work(server);
      });
    register("sistership.addServer", async () => {
      const added = await this.#add();
      if (added) await setUpServer(added, means);
    });
    register("sistership.shipToServers", (argument) => shipToServers(argument, means));
    register("sistership.refreshServers", () => this.#checkAll());
    register("sistership.openSshConfig", () => openConfig());
    onServer("sistership.checkServer", (server) => this.#check(server));
    onServer("sistership.setUpServer", (server) => setUpServer(server, means));
    onServer("sistership.renewEdge", (server) => renewEdgeOf(server, means));
    onServer("sistership.joinServer", (server) => joinGroup(server, means));
    onServer("sistership.leaveGroup", (server) => leaveGroup(server, means));
    onServer("sistership.openServerTerminal", (server) => {
      const connect = (signal: AbortSignal) => fleet.connections.link(server, signal);
      vscode.window.createTerminal(serverTerminal(server.name, connect)).show();
    });
    onServer("sistership.copyServerAddress", async ({ address }) => {
      await vscode.env.clipboard.writeText(address);
      vscode.window.setStatusBarMessage(vscode.l10n.t("Copied: {0}", address), 3000);
    });
    onServer("sistership.editServer", editEntry);
    onServer("sistership.removeServer", (server) => this.#remove(server));
  }

  /** Those that were added, and those that stages name. */
  async #servers(): Promise<KnownServer[]> {
    return this.#fleet.mine((await this.#stages.all()).flatMap(({ servers }) => servers));
  }

  /** Adds a server that was reached; handed back where the user wants it set up. */
  async #add(): Promise<Target | undefined> {
    const entry = await askServer(await known());
    if (entry === undefined) return undefined;
    const { name, address } = entry;
    const facts = await this.#operations.run(
      { title: `Add ${name}`, about: address, view, notify: true },
      (task) => this.#fleet.look(entry, task),
    );
    const whose = await askForWhom();
    if (whose === undefined) return undefined;
    await keep(entry, whose.team);
    await this.#fleet.know(name, facts, "user");
    const setUp = vscode.l10n.t("Set Up…");
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t("{0} was added: {1}.", name, facts.system.name),
      setUp,
    );
    return chosen === setUp ? entry : undefined;
  }

  async #check(server: Target): Promise<void> {
    await this.#operations.run(
      { title: `Check ${server.name}`, about: server.address, view },
      async (task) => {
        await this.#fleet.check(server, task);
        await this.#lookAtStages(({ servers }) => servers.includes(server.name));
      },
    );
  }

  async #lookAtStages(which: (stage: StageHere) => boolean): Promise<void> {
    const found = (await this.#stages.all()).filter(which);
    await Promise.all(found.map((stage) => this.#stages.look(stage)));
  }

  /** All of them at once; one that does not answer is shown so, and stops none of the others. */
  async #checkAll(): Promise<void> {
    const servers = await this.#servers();
    if (servers.length === 0) return;
    const about = servers.map(({ name }) => name).join(", ");
    await this.#operations.run({ title: "Check all servers", about, view }, async (task) => {
      const looks = servers.map(async (server) => {
        try {
          await this.#fleet.check(server, task);
        } catch (thrown) {
          if (isCancelled(thrown)) throw thrown;
        }
      });
      await Promise.all(looks);
      const names = servers.map(({ name }) => name);
      await this.#lookAtStages((stage) => stage.servers.every((name) => names.includes(name)));
    });
  }

  async #read(plan: SetUpPlan): Promise<void> {
    const page = vscode.Uri.from({ scheme: planScheme, path: `/Set up ${plan.server}.md` });
    this.#plans.set(page.path, planText(plan));
    this.#planned.fire(page);
    await vscode.commands.executeCommand("markdown.showPreview", page);
  }

  async #remove(server: KnownServer): Promise<void> {
    const remove = vscode.l10n.t("Remove");
    const question =
      server.from === "team"
        ? vscode.l10n.t("Remove {0} from the team's servers?", server.name)
        : vscode.l10n.t("Remove {0} from your servers?", server.name);
    const detail = vscode.l10n.t("Nothing is changed on the server: what runs there runs on.");
    const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, remove);
    if (chosen !== remove) return;
    await forget(server);
    this.#fleet.show(server.name, undefined);
  }

  /** The server of the row, or the one picked when the command came from the palette. */
  async #choose(argument: unknown): Promise<KnownServer | undefined> {
    const servers = await this.#servers();
    const name = asRow(argument)?.subject ?? (await pick(servers));
    return servers.find((one) => one.name === name);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#tree.dispose();
  }
}

async function pick(servers: readonly KnownServer[]): Promise<string | undefined> {
  const chosen = await vscode.window.showQuickPick(
    servers.map(({ name, address }) => ({ label: name, description: address })),
    {
      title: vscode.l10n.t("Choose a server"),
      placeHolder: servers.length === 0 ? vscode.l10n.t("There are none yet: add one first") : "",
    },
  );
  return chosen?.label;
}

/** Where a server's details stand: the setting, or the team's file. */
async function editEntry({ from }: KnownServer): Promise<void> {
  if (from !== "team") {
    const revealSetting = { key: "sistership.servers", edit: true };
    await vscode.commands.executeCommand("workbench.action.openSettingsJson", { revealSetting });
    return;
  }
  const [file] = await vscode.workspace.findFiles("sistership.servers.yaml", null, 1);
  if (file) await vscode.window.showTextDocument(file);
}

async function openConfig(): Promise<void> {
  const file = vscode.Uri.file(sshConfigFile());
  const exists = await vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
  // A file that is not there yet is opened unsaved: nothing is made that the user has not saved.
  const document = await vscode.workspace.openTextDocument(exists ? file : file.with({ scheme: "untitled" }));
  await vscode.window.showTextDocument(document);
}
