import * as vscode from "vscode";
import type { FromDeploy, ToDeploy } from "../../../webview/protocol.ts";
import type { Operations } from "../operations.ts";
import { pageOf } from "../page.ts";
import { present } from "../present.ts";
import { parseFromDeploy } from "./inbound.ts";
import { rollBack } from "./rollBack.ts";
import { DeploySession } from "./session.ts";
import { keyOf, type StageHere, type Stages } from "./stages.ts";

interface Means {
  extension: vscode.Uri;
  stages: Stages;
  operations: Operations;
  log: vscode.LogOutputChannel;
}

/** The deploys of this window, and the panel that shows one of them. Closing it ends nothing. */
export class Deploys implements vscode.Disposable {
  readonly #means: Means;
  readonly #bundle: vscode.Uri;
  readonly #sessions = new Map<string, DeploySession>();
  readonly #subscription: vscode.Disposable;
  #panel: vscode.WebviewPanel | undefined;
  #shown: DeploySession | undefined;
  #listening = false;
  #owed = false;
  #changed = false;

  constructor(means: Means) {
    this.#means = means;
    this.#bundle = vscode.Uri.joinPath(means.extension, "dist", "webview", "deploy");
    this.#subscription = vscode.Disposable.from(
      means.operations.onDidChange(() => this.#tell()),
      means.stages.onDidChange(() => this.#tell()),
    );
  }

  #session(at: StageHere): DeploySession {
    const { stages, operations } = this.#means;
    const key = keyOf(at);
    const known = this.#sessions.get(key);
    // the profile may have changed since: its domain, its servers
    if (known && (known.running || JSON.stringify(known.at) === JSON.stringify(at))) return known;
    known?.dispose();
    const session = new DeploySession(at, { stages, operations, reveal: (one) => this.reveal(one) });
    session.onDidChange(() => {
      if (session === this.#shown) this.#tell();
    });
    this.#sessions.set(key, session);
    return session;
  }

  /** The stage that something goes on with here. */
  get busyWith(): StageHere | undefined {
    return [...this.#sessions.values()].find(({ running }) => running)?.at;
  }

  /** Opens the panel on a stage and says what a deploy would change; one that goes on is shown as it is. */
  async deploy(at: StageHere): Promise<void> {
    const session = this.reveal(at);
    if (!session.running && this.#means.operations.running === undefined) await session.plan();
  }

  /** Takes a stage back to a release that is picked, in sight of the panel. */
  async rollBack(at: StageHere): Promise<void> {
    await rollBack(at, this.#means.stages, async (number) => this.reveal(at).rollBack(number));
  }

  reveal(at: StageHere): DeploySession {
    const session = this.#session(plainly(at));
    if (this.#shown) this.#shown.seen = false;
    this.#shown = session;
    this.#panel ??= this.#open();
    this.#panel.title = `Deploy ${at.app}`;
    this.#panel.reveal(undefined, false);
    session.seen = true;
    this.#tell();
    return session;
  }

  #open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      "sistership.deploy",
      "Deploy",
      { viewColumn: vscode.ViewColumn.Active },
      { enableScripts: true, localResourceRoots: [this.#bundle] },
    );
    panel.webview.onDidReceiveMessage((value: unknown) => void this.#receive(value));
    panel.onDidChangeViewState(() => {
      // a page that is not seen is not there any more: it says that it is ready when it comes back
      if (!panel.visible) this.#listening = false;
      if (this.#shown) this.#shown.seen = panel.visible;
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#listening = false;
      if (this.#shown) this.#shown.seen = false;
    });
    panel.webview.html = pageOf(panel.webview, { title: "Deploy", bundle: this.#bundle });
    return panel;
  }

  async #receive(value: unknown): Promise<void> {
    const message = parseFromDeploy(value);
    if (message === undefined)
      return this.#means.log.warn("The deploy panel said something that is not known.");
    try {
      await this.#do(message);
    } catch (thrown) {
      await present(thrown, this.#means.log);
    }
  }

  async #do(message: FromDeploy): Promise<void> {
    const session = this.#shown;
    if (session === undefined) return;
    switch (message.type) {
      case "ready":
        this.#listening = true;
        this.#owed = false;
        return this.#tell();
      case "seen":
        this.#owed = false;
        if (this.#changed) await this.#tell();
        return;
      case "stage": {
        const all = await this.#means.stages.all();
        const at = all.find(({ folder, stage }) => folder === session.at.folder && stage === message.name);
        return at && this.deploy(at);
      }
      case "plan":
        return session.plan();
      case "deploy":
        return session.deploy();
      case "cancel":
        return session.cancel();
      case "rollBack":
        return this.rollBack(session.at);
      case "wait":
        return session.wait();
      case "breakLock":
        return session.breakLock();
      case "open":
        if (session.at.url) await vscode.env.openExternal(vscode.Uri.parse(session.at.url));
        return;
      case "copy": {
        const found = session.state.steps.find(({ step }) => step.id === message.step)?.step.command;
        if (found === undefined) return;
        await vscode.env.clipboard.writeText(found);
        vscode.window.setStatusBarMessage(vscode.l10n.t("Copied: {0}", found), 3000);
        return;
      }
      case "showLog":
        return this.#means.log.show();
    }
  }

  /** Tells the page how it stands, once it has drawn what it was told before. */
  async #tell(): Promise<void> {
    this.#changed = true;
    if (!this.#listening || this.#owed || !this.#panel || !this.#shown) return;
    this.#changed = false;
    this.#owed = true;
    const { at, state } = this.#shown;
    const all = await this.#means.stages.all();
    const stages = all
      .filter(({ folder }) => folder === at.folder)
      .map(({ stage, servers }) => ({ name: stage, servers }));
    const message: ToDeploy = { type: "state", state: { ...state, stages } };
    void this.#panel?.webview.postMessage(message);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#panel?.dispose();
    for (const session of this.#sessions.values()) session.dispose();
  }
}

/** Without what is known of it, which changes. */
function plainly({ folder, app, stage, servers, url }: StageHere): StageHere {
  return { folder, app, stage, servers, ...(url === undefined ? {} : { url }) };
}
