import * as vscode from "vscode";
import type { EnvironmentStatus } from "../../engine/environment/index.ts";
import { isCancelled, toFault } from "../../engine/process/index.ts";
import { here } from "./machine.ts";

/** What is known of the environment of a folder. */
export type Live =
  | { is: "unknown" }
  | { is: "known"; status: EnvironmentStatus }
  | { is: "unreachable"; says: string };

/** Follows the environments of the open folders for as long as somebody looks. Told by the engine, asks nothing twice. */
export class LiveEnvironments implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #states = new Map<string, Live>();
  #follow: AbortController | undefined;

  readonly onDidChange = this.#changed.event;

  /** The folders that have a profile, with what is known of each. */
  get all(): ReadonlyMap<string, Live> {
    return this.#states;
  }

  /** Begins to follow, or begins anew. */
  async watch(): Promise<void> {
    this.pause();
    const follow = new AbortController();
    this.#follow = follow;
    const folders = await foldersWithProfile();
    for (const known of [...this.#states.keys()]) if (!folders.includes(known)) this.#states.delete(known);
    for (const folder of folders) {
      if (!this.#states.has(folder)) this.#states.set(folder, { is: "unknown" });
      void this.#watchOne(folder, follow.signal);
    }
    this.#changed.fire();
  }

  /** Stops following: nobody looks. What was known stays, until it is looked at again. */
  pause(): void {
    this.#follow?.abort();
    this.#follow = undefined;
  }

  async #watchOne(folder: string, signal: AbortSignal): Promise<void> {
    const { watchEnvironment } = await import("../../engine/environment/index.ts");
    try {
      for await (const status of watchEnvironment(here(folder), signal)) {
        if (signal.aborted) return;
        this.#states.set(folder, { is: "known", status });
        this.#changed.fire();
      }
    } catch (thrown) {
      if (signal.aborted || isCancelled(thrown)) return;
      this.#states.set(folder, { is: "unreachable", says: toFault(thrown).says });
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.pause();
    this.#changed.dispose();
  }
}

/** The open folders that have a profile. */
export async function foldersWithProfile(): Promise<string[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = await Promise.all(
    folders.map(({ uri }) =>
      vscode.workspace.fs.stat(vscode.Uri.joinPath(uri, "sistership.yaml")).then(
        () => [uri.fsPath],
        () => [],
      ),
    ),
  );
  return found.flat();
}
