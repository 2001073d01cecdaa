import * as vscode from "vscode";
import type { Side } from "../../engine/environment/index.ts";
import { isCancelled, type Task, toFault } from "../../engine/process/index.ts";
import type { Profile } from "../../engine/profile/index.ts";
import type { Reach } from "../../engine/release/index.ts";
import type { Facts, KnownServer, Target } from "../../engine/server/index.ts";
import { setContext } from "../contextKeys.ts";
import { Connections } from "./connections.ts";
import { known } from "./inventory.ts";
import type { ServerState } from "./rows.ts";

/** The user's servers and the team's, the way to each, and what is known of it. */
export class Fleet implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly connections = new Connections();
  readonly states = new Map<string, ServerState>();
  readonly onDidChange = this.#changed.event;

  /** Servers that were added, and those hosts of the SSH configuration that are named; others are offered when one is. */
  async mine(named: readonly string[] = []): Promise<KnownServer[]> {
    const isMine = ({ from, name }: KnownServer) => from !== "ssh" || named.includes(name);
    const mine = vscode.workspace.isTrusted ? (await known()).filter(isMine) : [];
    setContext("sistership.hasServers", mine.length > 0);
    setContext("sistership.serversListed", true);
    return mine;
  }

  /** What the servers of stages have of a project. */
  async sides(profile: Profile, stages: readonly string[], task: Task): Promise<Side[]> {
    if (stages.length === 0) return [];
    const { stageSides } = await import("../../engine/image/index.ts");
    const { serversOf } = await import("../../engine/server/index.ts");
    const all = await known();
    const found = stages.map(async (stage) => {
      const targets = serversOf(profile, stage, all);
      const links = targets.map((target) => this.connections.link(target, task.signal));
      return stageSides(profile, stage, await Promise.all(links), task);
    });
    return (await Promise.all(found)).flat();
  }

  /** How the servers of stages are reached from this window. */
  async reach(): Promise<Reach> {
    const { resolveServer } = await import("../../engine/server/index.ts");
    const all = await known();
    return {
      pool: await this.connections.pool(),
      target: (name) => {
        const { entry, ...to } = resolveServer(name, all);
        return { ...to, ...(entry?.region === undefined ? {} : { region: entry.region }) };
      },
    };
  }

  async look(server: Target, task: Task): Promise<Facts> {
    const { checkServer } = await import("../../engine/server/index.ts");
    return checkServer(await this.connections.pool(), server, task);
  }

  /** Looks at it, and shows what was found, or why nothing was. */
  async check(server: Target, task: Task): Promise<void> {
    const before = this.states.get(server.name);
    this.show(server.name, { is: "looking", ...(before?.is === "known" ? { before } : {}) });
    try {
      await this.know(server.name, await this.look(server, task), "user");
    } catch (thrown) {
      if (isCancelled(thrown)) this.show(server.name, before);
      else this.show(server.name, { is: "trouble", says: toFault(thrown).says, at: new Date() });
      throw thrown;
    }
  }

  /** Keeps what a server said, to whom: only root is told all that a plan takes. */
  async know(name: string, facts: Facts, toldTo: "root" | "user"): Promise<void> {
    const { concerns, setUpPlan } = await import("../../engine/server/index.ts");
    const all = toldTo === "root" || facts.user.sudo === "root";
    const plan = all ? { plan: setUpPlan(name, facts) } : {};
    this.show(name, { is: "known", facts, concerns: concerns(facts), ...plan, at: new Date() });
  }

  show(name: string, state: ServerState | undefined): void {
    if (state) this.states.set(name, state);
    else this.states.delete(name);
    this.#changed.fire();
  }

  /** What is known of its part in a group; undefined where it was not looked at. */
  swarmOf(name: string): Facts["swarm"] | undefined {
    const state = this.states.get(name);
    return state?.is === "known" ? state.facts.swarm : undefined;
  }

  dispose(): void {
    this.connections.dispose();
    this.#changed.dispose();
  }
}
