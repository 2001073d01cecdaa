import * as vscode from "vscode";
import type { EnvironmentStatus, Part, UsageByContainer } from "../../engine/environment/index.ts";
import { isCancelled, toFault } from "../../engine/process/index.ts";
import { here, type Place } from "./machine.ts";

/** What is known of the environment of a folder. */
export type Live =
  | { is: "unknown" }
  | { is: "known"; status: EnvironmentStatus; usage?: UsageByContainer }
  | { is: "unreachable"; says: string };

/** An environment of an open folder, and what is known of it. */
export type LiveEnvironment = Place & { live: Live };

/** Follows the environments of the open folders for as long as somebody looks. Told by the engine, asks nothing twice. */
export class LiveEnvironments implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  #environments: LiveEnvironment[] = [];
  #follow: AbortController | undefined;

  readonly onDidChange = this.#changed.event;

  /** Those of the folders that have a profile, with what is known of each; rehearsals only where one is there. */
  get all(): readonly LiveEnvironment[] {
    return this.#environments.filter(({ rehearsal, live }) => !rehearsal || isThere(live));
  }

  /** What is known; where nobody looks, it is asked for once. */
  async look(): Promise<readonly LiveEnvironment[]> {
    if (this.#follow !== undefined && this.#environments.length > 0) return this.all;
    const { environmentStatus } = await import("../../engine/environment/index.ts");
    const folders = await foldersWithProfile();
    return Promise.all(
      folders.map(async (folder) => ({
        folder,
        live: { is: "known", status: await environmentStatus(here({ folder })) } as const,
      })),
    );
  }

  /** Begins to follow, or begins anew. */
  async watch(): Promise<void> {
    this.pause();
    const follow = new AbortController();
    this.#follow = follow;
    const folders = await foldersWithProfile();
    const places = folders.flatMap((folder): Place[] => [{ folder }, { folder, rehearsal: true }]);
    this.#environments = places.map((place) => this.#find(place) ?? { ...place, live: { is: "unknown" } });
    for (const environment of this.#environments) void this.#watchOne(environment, follow.signal);
    this.#changed.fire();
  }

  /** Stops following: nobody looks. What was known stays, until it is looked at again. */
  pause(): void {
    this.#follow?.abort();
    this.#follow = undefined;
  }

  #find({ folder, rehearsal }: Place): LiveEnvironment | undefined {
    return this.#environments.find((one) => one.folder === folder && one.rehearsal === rehearsal);
  }

  async #watchOne(environment: LiveEnvironment, signal: AbortSignal): Promise<void> {
    const { UsageWatch, watchEnvironment } = await import("../../engine/environment/index.ts");
    const place = here(environment);
    const show = (live: Live) => {
      if (signal.aborted) return;
      environment.live = live;
      this.#changed.fire();
    };
    using taken = new UsageWatch(place, (usage) => {
      if (environment.live.is === "known") show({ ...environment.live, usage });
    });
    try {
      for await (const status of watchEnvironment(place, signal)) {
        const { live } = environment;
        show({ is: "known", status, ...(live.is === "known" && live.usage ? { usage: live.usage } : {}) });
        taken.follow(new Set(status.parts.filter(runs).flatMap(({ id }) => id ?? [])));
      }
    } catch (thrown) {
      if (!isCancelled(thrown)) show({ is: "unreachable", says: toFault(thrown).says });
    }
  }

  dispose(): void {
    this.pause();
    this.#changed.dispose();
  }
}

const runs = ({ state }: Part) => state === "well" || state === "unwell" || state === "starting";

function isThere(live: Live): boolean {
  return live.is === "known" && live.status.parts.some(({ state }) => state !== "absent");
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
