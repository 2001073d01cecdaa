import type * as vscode from "vscode";
import type { Keys } from "../../engine/environment/index.ts";
import { here, type Place } from "./machine.ts";

/** Keys and credentials of this machine, led into containers in which a terminal was opened, while this window is open. */
export class LiveKeys implements vscode.Disposable {
  readonly #open = new Map<string, Keys>();

  /** What a terminal is given, in the workspace or in a process's container. */
  async env(place: Place, name?: string): Promise<Readonly<Record<string, string>>> {
    const key = JSON.stringify([place.folder, place.rehearsal, name]);
    const known = this.#open.get(key);
    if (known?.isOpen()) return known.env;
    const { openKeys } = await import("../../engine/environment/index.ts");
    const keys = await openKeys(here(place), name);
    this.#open.get(key)?.[Symbol.dispose]();
    this.#open.set(key, keys);
    await keys.ready;
    return keys.env;
  }

  dispose(): void {
    for (const keys of this.#open.values()) keys[Symbol.dispose]();
    this.#open.clear();
  }
}
