import { homedir, hostname, userInfo } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as vscode from "vscode";
import type { DeployPhase, DeployState } from "../../../webview/protocol.ts";
import { type FaultCode, isCancelled, journalFile, type Task, toFault } from "../../engine/process/index.ts";
import type { Ground, Order, RollingLine, RollingReplica, Traffic } from "../../engine/release/index.ts";
import { thisMachine } from "../environment/machine.ts";
import type { Operations } from "../operations.ts";
import { isCareful } from "./careful.ts";
import { askSecrets } from "./secrets.ts";
import type { StageHere, Stages } from "./stages.ts";
import { Timeline } from "./timeline.ts";

const engine = () => import("../../engine/release/index.ts");

export interface Means {
  stages: Stages;
  operations: Operations;
  /** Shows the panel again, as it is. */
  reveal(at: StageHere): void;
}

type What = "plan" | "deploy" | "rollback";

/** What a failure's own sentence does not say: what to do now. */
const nexts: Partial<Record<FaultCode, string>> = {
  "roll-failed": "Its last lines say more. Mend it, and deploy again.",
  "rehearsal-failed": "Its last lines say more. Mend it, and deploy again.",
  "answers-wrong": "Look at its domain and at what it prints, and deploy again.",
  "errors-rise": "Its last lines say more. Mend it, and deploy again.",
  "release-command-failed": "Mend it, and deploy again: it is run anew.",
  "service-not-ready": "Its last lines say more. Mend it, and deploy again.",
  "secrets-missing": "Deploy again: you are asked for the values.",
  "server-unreachable":
    "Try again when it is reached: what was begun there is finished or taken back by the server itself.",
};

const waitMs = 3000;
const askMs = 30_000;
const secondsShown = 120;

/** Deploys to one stage, for as long as the window is open, seen or not. */
export class DeploySession implements vscode.Disposable {
  readonly at: StageHere;
  readonly #means: Means;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #timeline = new Timeline();
  #phase: DeployPhase = { is: "idle" };
  #replicas: readonly RollingReplica[] = [];
  #lines: readonly RollingLine[] = [];
  #traffic: readonly Traffic[] = [];
  #built: Readonly<Record<string, string>> | undefined;
  #ground: Ground | undefined;
  #running = false;
  #waiting: AbortController | undefined;

  /** Whether somebody looks: who does not is told how it ended. */
  seen = false;
  readonly onDidChange = this.#changed.event;

  constructor(at: StageHere, means: Means) {
    this.at = at;
    this.#means = means;
  }

  get running(): boolean {
    return this.#running;
  }

  get state(): Omit<DeployState, "stages"> {
    const { app, stage } = this.at;
    const status = this.#means.stages.seen(this.at)?.status;
    const busy = this.#running ? undefined : this.#means.operations.running;
    return {
      ...{ app, stage, careful: isCareful(stage), phase: this.#phase, steps: this.#timeline.steps },
      ...{ replicas: this.#replicas, lines: this.#lines, traffic: this.#traffic },
      ...(status ? { runs: { status, ...(this.#built ? { built: this.#built } : {}) } } : {}),
      ...(busy === undefined ? {} : { busy }),
    };
  }

  /** Says what would change. Images are built here; nothing leaves this machine. */
  async plan(): Promise<void> {
    const { app, stage } = this.at;
    await this.#perform("plan", `Plan the deploy of ${app} to ${stage}`, async (task, ground) => {
      const { plan: planIt } = await engine();
      const { plan, sendings } = await planIt(await this.#order(ground, task), task);
      return plan.changes.length === 0 ? { is: "nothing", plan } : { is: "planned", plan, sendings };
    });
  }

  async deploy(): Promise<void> {
    const { app, stage, url } = this.at;
    const begin = performance.now();
    await this.#perform("deploy", `Deploy ${app} to ${stage}`, async (task, ground) => {
      const { deploy } = await engine();
      const { plan, record } = await deploy(await this.#order(ground, task), task);
      if (record === undefined) return { is: "nothing", plan };
      return done("deploy", record.number, begin, url);
    });
    this.#tellWhoeverLeft();
  }

  async rollBack(number: number): Promise<void> {
    const { app, stage, url } = this.at;
    const begin = performance.now();
    await this.#perform(
      "rollback",
      `Roll ${app} on ${stage} back to release ${number}`,
      async (task, ground) => {
        const { rollback } = await engine();
        const record = await rollback({ ...doer(), ground, number }, task);
        return done("rollback", record.number, begin, url);
      },
    );
    this.#tellWhoeverLeft();
  }

  /** Before the roll nothing has changed; from then on what was begun is taken back. */
  cancel(): void {
    this.#waiting?.abort();
    if (!this.#running) return;
    if (this.#phase.is === "running") this.#show({ ...this.#phase, cancelling: true });
    this.#means.operations.cancel();
  }

  /** Waits until whoever holds the lock is done, and plans anew. */
  async wait(): Promise<void> {
    if (this.#phase.is !== "locked" || this.#ground === undefined) return;
    const { memory } = this.#ground;
    const { holder } = await engine();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#show({ ...this.#phase, waiting: true });
    try {
      while (!waiting.signal.aborted) {
        const held = await holder(memory, AbortSignal.timeout(askMs));
        if (waiting.signal.aborted) break;
        if (held === undefined) return await this.plan();
        const { owner, doing, since, heardSeconds } = held;
        this.#show({ is: "locked", owner, doing, since, heardSeconds, waiting: true });
        await pause(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined);
      }
    } finally {
      if (this.#phase.is === "locked") this.#show({ ...this.#phase, waiting: false });
    }
  }

  /** Breaks the lock of somebody else, who is asked about by name first. */
  async breakLock(): Promise<void> {
    if (this.#ground === undefined) return;
    const { breakLock, holder } = await engine();
    const { memory } = this.#ground;
    const held = await holder(memory, AbortSignal.timeout(askMs));
    if (held !== undefined) {
      const breaks = vscode.l10n.t("Break the Lock");
      const chosen = await vscode.window.showWarningMessage(
        vscode.l10n.t("Break the lock of {0}?", held.owner),
        {
          modal: true,
          detail: vscode.l10n.t(
            'It is held for "{0}" since {1}, and was heard of {2} s ago. If that still goes on, two deploys would be in each other\'s way: break it only where you know that nothing does.',
            held.doing,
            new Date(held.since).toLocaleTimeString(),
            held.heardSeconds,
          ),
        },
        breaks,
      );
      if (chosen !== breaks) return;
      await breakLock(memory, held, AbortSignal.timeout(askMs));
    }
    this.#waiting?.abort();
    await this.plan();
  }

  async #perform(
    what: What,
    title: string,
    work: (task: Task, ground: Ground) => Promise<DeployPhase>,
  ): Promise<void> {
    const { operations, stages } = this.#means;
    const { folder, app, stage, servers } = this.at;
    const watching = new AbortController();
    const heard = operations.onReport((report) => {
      if (!this.#running) return;
      this.#timeline.hear(report, Date.now());
      if (this.#phase.is === "running") this.#phase = { ...this.#phase, taken: this.#timeline.has("roll") };
      this.#changed.fire();
    });
    const before = this.#phase;
    try {
      const phase = await operations.run(
        { title, about: `${app} ${stage}`, view: "sistership.servers", shownBy: "sistership.deploy" },
        async (task) => {
          this.#running = true;
          this.#timeline.hear({ kind: "began", operation: "", title, about: folder, at: "" }, 0);
          [this.#replicas, this.#lines, this.#traffic] = [[], [], []];
          this.#show(
            what === "plan" ? { is: "planning" } : { is: "running", what, taken: false, cancelling: false },
          );
          const ground = await task.step(
            {
              id: "reach",
              title: "Reach the servers",
              why: "All that follows goes over one connection to each: nothing of ours runs there.",
              command: `ssh ${servers.join(", ")}`,
            },
            () => stages.reach(this.at, task.signal),
          );
          this.#ground = ground;
          if (what !== "plan") {
            void this.#watch(ground, watching.signal);
            void this.#count(ground, watching.signal);
          }
          try {
            return await work(task, ground);
          } finally {
            watching.abort();
            await stages.look(this.at, ground);
          }
        },
      );
      this.#phase = phase;
    } catch (thrown) {
      // another operation stood in the way: nothing was begun
      this.#phase = this.#running ? await this.#ended(what, thrown) : before;
      if (!this.#running) throw thrown;
    } finally {
      watching.abort();
      heard.dispose();
      this.#running = false;
      this.#changed.fire();
    }
  }

  async #ended(what: What, thrown: unknown): Promise<DeployPhase> {
    const { code, says, lastLines } = toFault(thrown);
    if (isCancelled(thrown)) {
      const taken = this.#timeline.has("roll");
      return {
        ...{ is: "cancelled", what },
        says: taken
          ? "It was cancelled, and what it had begun was taken back: what ran before goes on serving."
          : "It was cancelled. Nothing that serves had been changed.",
      };
    }
    if (code === "lock-held" && this.#ground) {
      const { holder } = await engine();
      const held = await holder(this.#ground.memory, AbortSignal.timeout(askMs)).catch(() => undefined);
      if (held) {
        const { owner, doing, since, heardSeconds } = held;
        return { is: "locked", owner, doing, since, heardSeconds, waiting: false };
      }
    }
    return { is: "failed", what, says, next: nexts[code] ?? "", lines: lastLines };
  }

  /** What a roll looks like while it goes on: its replicas, and what the new ones print. */
  async #watch(ground: Ground, signal: AbortSignal): Promise<void> {
    const { rollout } = await engine();
    for await (const { replicas, lines } of rollout(ground, signal)) {
      this.#replicas = replicas;
      this.#lines = lines;
      this.#changed.fire();
    }
  }

  /** Requests at the edge: nobody who asks should notice. */
  async #count(ground: Ground, signal: AbortSignal): Promise<void> {
    const { trafficOf } = await engine();
    for await (const now of trafficOf(ground, signal)) {
      this.#traffic = [...this.#traffic.slice(-(secondsShown - 1)), now];
      this.#changed.fire();
    }
  }

  async #order(ground: Ground, task: Task): Promise<Order> {
    const { fromHere, sourceOf } = await engine();
    const { apply, projectStatus, writable, wrongProfile } = await import("../../engine/blueprint/index.ts");
    const { folder, stage } = this.at;
    const found = await projectStatus(folder);
    if (!found.ok) throw wrongProfile(folder, found.problems);
    await apply(folder, writable(found.files));
    const state = dirname(journalFile(process.env, homedir()));
    const supply = await fromHere({ machine: thisMachine(), folder, stage, state });
    return {
      ...{ ...doer(), ground, source: await sourceOf(folder, task.signal) },
      supply: {
        ...supply,
        build: async (first, on, within) => {
          const images = await supply.build(first, on, within);
          this.#built = Object.fromEntries(
            Object.entries(images).map(([name, { digest }]) => [name, digest]),
          );
          return images;
        },
      },
      values: (names) => askSecrets(names, this.at),
    };
  }

  #show(phase: DeployPhase): void {
    this.#phase = phase;
    this.#changed.fire();
  }

  /** The panel was closed meanwhile: how it ended is said where the user is. */
  #tellWhoeverLeft(): void {
    if (this.seen) return;
    const { app, stage } = this.at;
    const show = vscode.l10n.t("Show");
    const phase = this.#phase;
    const told =
      phase.is === "done"
        ? vscode.window.showInformationMessage(
            vscode.l10n.t("Release {0} of {1} is live on {2}.", phase.release, app, stage),
            show,
          )
        : phase.is === "failed"
          ? vscode.window.showErrorMessage(phase.says, show)
          : undefined;
    void told?.then((chosen) => {
      if (chosen === show) this.#means.reveal(this.at);
    });
  }

  dispose(): void {
    this.#waiting?.abort();
    this.#changed.dispose();
  }
}

/** Who does it, for the journal and for whoever comes meanwhile. */
export const doer = () => ({ who: `${userInfo().username}@${hostname()}`, now: () => new Date() });

function done(
  what: "deploy" | "rollback",
  release: number,
  begin: number,
  url: string | undefined,
): DeployPhase {
  const ms = Math.round(performance.now() - begin);
  return { is: "done", what, release, ms, ...(url === undefined ? {} : { url }) };
}
