import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as vscode from "vscode";
import type { FromLogs, ToLogs } from "../../../webview/protocol.ts";
import { type Mount, outside } from "../../engine/environment/index.ts";
import { fault, toFault } from "../../engine/process/index.ts";
import { foldersWithProfile } from "../environment/live.ts";
import { pageOf } from "../page.ts";
import { present } from "../present.ts";
import type { Fleet } from "../servers/fleet.ts";
import { asRow } from "../tree/rowTree.ts";
import { chooseStageLogs } from "./chooseStage.ts";
import { feedEnvironment, feedStage } from "./feeds.ts";
import { parseFromLogs } from "./inbound.ts";
import { LogSession } from "./session.ts";
import { isSame, isStage, nameOf, type Subject } from "./subject.ts";

const mostToCopy = 50 * 1024 * 1024;

/** The log view: one environment's or one stage's processes, for as long as the window is open, seen or not. */
export class LogsView implements vscode.Disposable {
  readonly #bundle: vscode.Uri;
  readonly #kept: vscode.Memento;
  readonly #log: vscode.LogOutputChannel;
  readonly #fleet: Fleet;
  #view: vscode.WebviewView | undefined;
  #subject: Subject | undefined;
  #session = this.#fresh();
  #failed = false;
  #running: AbortController | undefined;
  #mounts = new Map<string, readonly Mount[]>();
  #select: readonly string[] | undefined;

  constructor(extension: vscode.Uri, kept: vscode.Memento, log: vscode.LogOutputChannel, fleet: Fleet) {
    this.#fleet = fleet;
    this.#bundle = vscode.Uri.joinPath(extension, "dist", "webview", "logs");
    this.#kept = kept;
    this.#log = log;
  }

  /** Shows the view; a row of the environment, or the name of a process, chooses what is shown. */
  async show(argument: unknown): Promise<void> {
    const row = asRow(argument);
    const process = typeof argument === "string" ? argument : row?.subject;
    const { folder, rehearsal } = row ?? {};
    const of = folder === undefined ? undefined : { folder, ...(rehearsal ? { rehearsal } : {}) };
    await this.#reveal(of ?? (await this.#environment()), process);
  }

  /** Shows what a stage prints on its servers. */
  async showStage(argument: unknown): Promise<void> {
    const chosen = await chooseStageLogs(argument);
    if (chosen) await this.#reveal(chosen.subject, chosen.process);
  }

  async #reveal(subject: Subject | undefined, process: string | undefined): Promise<void> {
    if (subject !== undefined && (!isSame(subject, this.#subject) || this.#failed)) this.#start(subject);
    this.#select = process === undefined ? undefined : [process];
    await vscode.commands.executeCommand("sistership.logs.focus");
    if (this.#session.listening) this.#sendSelection();
  }

  async attach(view: vscode.WebviewView): Promise<void> {
    this.#view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [this.#bundle] };
    view.webview.onDidReceiveMessage((value: unknown) => void this.#receive(value));
    view.onDidChangeVisibility(() => {
      if (!view.visible) this.#session.hide();
    });
    view.onDidDispose(() => {
      this.#session.hide();
      this.#view = undefined;
    });
    const subject = this.#subject ?? (await this.#environment());
    if (this.#running === undefined && subject !== undefined) this.#start(subject);
    if (subject !== undefined) view.description = nameOf(subject);
    view.webview.html = this.#page(view);
  }

  /** The environment that is shown where none is named: that of the first project. */
  async #environment(): Promise<Subject | undefined> {
    if (this.#subject !== undefined && !isStage(this.#subject)) return this.#subject;
    const [first] = await foldersWithProfile();
    const folder = first ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    return folder === undefined ? undefined : { folder };
  }

  /** Follows an environment or a stage, from the beginning. */
  #start(subject: Subject): void {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#subject = subject;
    this.#failed = false;
    this.#mounts = new Map();
    this.#session.hide();
    const session = this.#fresh(isStage(subject) ? subject.stage : undefined);
    this.#session = session;
    if (this.#view) {
      this.#view.description = nameOf(subject);
      // the page asks anew, with the filter it has
      if (this.#view.webview.html !== "") this.#view.webview.html = this.#page(this.#view);
    }
    void this.#follow(subject, session, running.signal);
  }

  #follow(subject: Subject, session: LogSession, signal: AbortSignal): Promise<void> {
    const onFailure = (thrown: unknown) => {
      const { says } = toFault(thrown);
      this.#log.warn(says);
      this.#failed = true;
      session.says({ is: "failed", says });
    };
    const feed = { session, signal, onFailure };
    if (isStage(subject)) return feedStage(subject, feed, this.#fleet);
    const onMounts = (process: string, mounts: readonly Mount[]) => this.#mounts.set(process, mounts);
    return feedEnvironment(subject, { ...feed, onMounts });
  }

  async #receive(value: unknown): Promise<void> {
    const message = parseFromLogs(value);
    if (message === undefined) return this.#log.warn("The log view said something that is not known.");
    try {
      await this.#do(message);
    } catch (thrown) {
      await present(thrown, this.#log);
    }
  }

  async #do(message: FromLogs): Promise<void> {
    switch (message.type) {
      case "copy":
        return this.#copy(message);
      case "save":
        return this.#save();
      case "open":
        return this.#open(message);
      case "up":
        if (this.#subject === undefined || !isStage(this.#subject))
          await vscode.commands.executeCommand("sistership.openInEnvironment");
        if (this.#subject !== undefined) this.#start(this.#subject);
        return;
      default:
        this.#session.answer(message);
        if (message.type === "filter" || message.type === "search")
          await this.#kept.update(`logs.${message.type}`, message);
        if (message.type === "ready") this.#sendSelection();
    }
  }

  async #copy(range: { from?: number | undefined; to?: number | undefined }): Promise<void> {
    let text = "";
    for await (const piece of this.#session.text(range)) {
      text += piece;
      if (text.length > mostToCopy) throw fault("logs-too-long", []);
    }
    await vscode.env.clipboard.writeText(text);
    const count = text === "" ? 0 : text.split("\n").length - 1;
    vscode.window.setStatusBarMessage(vscode.l10n.t("Copied {0} lines", count), 3000);
  }

  async #save(): Promise<void> {
    const name = `${this.#subject ? nameOf(this.#subject).replaceAll(" ", "-") : "logs"}.log`;
    const folder =
      this.#subject === undefined ? {} : { defaultUri: vscode.Uri.file(`${this.#subject.folder}/${name}`) };
    const target = await vscode.window.showSaveDialog({ ...folder, filters: { Log: ["log", "txt"] } });
    if (!target) return;
    try {
      await pipeline(Readable.from(this.#session.text()), createWriteStream(target.fsPath));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw fault("not-written", [target.fsPath, reason], { cause: error });
    }
    vscode.window.setStatusBarMessage(vscode.l10n.t("Saved {0}", basename(target.fsPath)), 3000);
  }

  async #open({ process, path, line, column = 1 }: Extract<FromLogs, { type: "open" }>): Promise<void> {
    for (const file of outside(path, this.#subject?.folder ?? "", this.#mounts.get(process) ?? [])) {
      const isFile = await stat(file).then(
        (found) => found.isFile(),
        () => false,
      );
      if (!isFile) continue;
      const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
      await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
      return;
    }
    vscode.window.setStatusBarMessage(
      vscode.l10n.t("{0} is inside the container only, not in this folder", path),
      5000,
    );
  }

  /** The page, with the filter and the search that were last used in this window. */
  #page({ webview }: vscode.WebviewView): string {
    const filter = parseFromLogs(this.#kept.get("logs.filter"));
    const search = parseFromLogs(this.#kept.get("logs.search"));
    const at = Math.max(...[filter, search].map((one) => (one && "at" in one ? one.at : 0)));
    const kept = {
      at,
      ...(filter?.type === "filter" ? { filter: filter.filter } : {}),
      ...(search?.type === "search" ? { search: search.search } : {}),
    };
    return pageOf(webview, { title: "Logs", bundle: this.#bundle, kept });
  }

  #fresh(stage?: string): LogSession {
    const session: LogSession = new LogSession((message) => {
      if (session === this.#session) void this.#view?.webview.postMessage(message);
    }, stage);
    return session;
  }

  #sendSelection(): void {
    if (this.#select === undefined || !this.#view) return;
    void this.#view.webview.postMessage({ type: "select", processes: this.#select } satisfies ToLogs);
    this.#select = undefined;
  }

  dispose(): void {
    this.#running?.abort();
  }
}
