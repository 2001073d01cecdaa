import * as vscode from "vscode";
import { toFault } from "../../engine/process/index.ts";
import type { Profile } from "../../engine/profile/index.ts";
import type { Distance, Done, Ground, StageStatus } from "../../engine/release/index.ts";
import { foldersWithProfile } from "../environment/live.ts";
import type { Fleet } from "../servers/fleet.ts";

/** A stage of a project that is open here. */
export interface StageHere {
  folder: string;
  app: string;
  stage: string;
  servers: readonly string[];
  /** Where it answers; absent where it has no domain. */
  url?: string;
}

/** What was seen on its servers. */
export interface Looked {
  status: StageStatus;
  /** What was done to it, the newest first. */
  deeds: readonly Done[];
  /** How far the release that runs is from the commit at hand; absent where Git does not know. */
  distance?: Distance;
  at: Date;
}

export type StageState =
  | { is: "looking"; before?: Looked }
  | ({ is: "known" } & Looked)
  | { is: "trouble"; says: string; at: Date; before?: Looked };

export type StageSeen = StageHere & { state?: StageState };

/** Coming back to the window asks again what is older than this. */
const freshMs = 30_000;
const lookMs = 60_000;

/** The stages of the open projects and what is known of each. They are asked when somebody wants to know, never by a clock. */
export class Stages implements vscode.Disposable {
  readonly #fleet: Fleet;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #states = new Map<string, StageState>();
  readonly #subscriptions: vscode.Disposable;
  #listed: Promise<StageHere[]> | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument(({ fileName }) => {
        if (fileName.endsWith("sistership.yaml")) this.#relist();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#relist()),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void this.lookAgain();
      }),
    );
  }

  /** Those that the profiles name, with what is known of each. Nobody is asked. */
  async all(): Promise<StageSeen[]> {
    if (!vscode.workspace.isTrusted) return [];
    this.#listed ??= listed();
    return (await this.#listed).map((at) => {
      const state = this.#states.get(keyOf(at));
      return { ...at, ...(state ? { state } : {}) };
    });
  }

  /** What is known, where something is. */
  seen(at: StageHere): Looked | undefined {
    const state = this.#states.get(keyOf(at));
    return state?.is === "known" ? state : state?.before;
  }

  /** Reaches the servers of a stage, by the profile as it is now. */
  async reach({ folder, stage }: StageHere, signal: AbortSignal): Promise<Ground> {
    const { ground } = await import("../../engine/release/index.ts");
    return ground(await profileOf(folder), stage, await this.#fleet.reach(), signal);
  }

  /** Asks the servers of a stage what runs there; why they did not answer is shown with what was known before. */
  async look(at: StageHere, given?: Ground): Promise<void> {
    const before = this.seen(at);
    const kept = before === undefined ? {} : { before };
    this.#show(at, { is: "looking", ...kept });
    try {
      const signal = AbortSignal.timeout(lookMs);
      const looked = await lookAt(at, given ?? (await this.reach(at, signal)), signal);
      this.#show(at, { is: "known", ...looked });
    } catch (thrown) {
      this.#show(at, { is: "trouble", says: toFault(thrown).says, at: new Date(), ...kept });
    }
  }

  /** Asks those again that have answered before: nobody is asked for a passphrase for having come back to a window. */
  async lookAgain(): Promise<void> {
    const old = (await this.all()).filter(
      ({ state }) => state?.is === "known" && Date.now() - state.at.getTime() > freshMs,
    );
    await Promise.all(old.map((at) => this.look(at)));
  }

  #show(at: StageHere, state: StageState): void {
    this.#states.set(keyOf(at), state);
    this.#changed.fire();
  }

  #relist(): void {
    this.#listed = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}

export const keyOf = ({ folder, stage }: Pick<StageHere, "folder" | "stage">): string =>
  JSON.stringify([folder, stage]);

async function profileOf(folder: string): Promise<Profile> {
  const { projectStatus, wrongProfile } = await import("../../engine/blueprint/index.ts");
  const found = await projectStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  return found.profile;
}

/** Profiles that cannot be read have their problems shown where they are written. */
async function listed(): Promise<StageHere[]> {
  const folders = await foldersWithProfile();
  const profiles = await Promise.all(
    folders.map(async (folder) => ({ folder, profile: await profileOf(folder).catch(() => undefined) })),
  );
  return profiles.flatMap(({ folder, profile }) =>
    Object.values(profile?.stages ?? {}).map(({ name, servers, routes: [route], tls }) => ({
      folder,
      app: profile?.name ?? "",
      stage: name,
      servers,
      ...(route
        ? {
            url: `${tls === "off" ? "http" : "https"}://${route.host.replace(/^\*\./, "www.")}${route.path === "/" ? "" : route.path}`,
          }
        : {}),
    })),
  );
}

async function lookAt({ folder }: StageHere, ground: Ground, signal: AbortSignal): Promise<Looked> {
  const { deedsOf, distanceOf, history, stageStatus } = await import("../../engine/release/index.ts");
  const at = new Date();
  const [status, entries] = await Promise.all([
    stageStatus(ground, at, signal),
    history(ground, { verified: false }, signal),
  ]);
  const commit = status.source?.commit;
  const distance = commit === undefined ? undefined : await distanceOf(folder, commit, signal);
  return { status, deeds: deedsOf(entries), at, ...(distance ? { distance } : {}) };
}
