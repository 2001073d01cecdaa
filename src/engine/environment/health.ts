import type Docker from "dockerode";
import { type ContainerEvent, listen } from "../docker/index.ts";
import { fault } from "../process/index.ts";

/** How a container turned out; since when it ran, by the engine's clock in seconds. */
export type Verdict =
  | { well: true }
  | ({ well: false; since: number | undefined } & (
      | { how: "exited"; exitCode: number; outOfMemory: boolean }
      | { how: "unhealthy"; said: string }
    ));

/** Something without a health check is believed after having run for that long. */
const settleMs = 1500;

/** Asked about a container that is not healthy yet, with what its last probe said and for how long it has run: whether it never will be. */
type Hopeless = (id: string, said: string, forMs: number) => Promise<boolean>;

/** Nobody is given up before that. */
const patienceMs = 6000;

/** Tells how containers turn out, told by the engine's events. Open it before anything is started. */
export class HealthWatch implements Disposable {
  readonly #docker: Docker;
  readonly #cancel = new AbortController();
  readonly #listeners = new Set<(event: ContainerEvent | "lost") => void>();
  #lost = false;
  readonly #asked = new Map<string, number>();

  private constructor(docker: Docker) {
    this.#docker = docker;
  }

  static async open(docker: Docker, project: string): Promise<HealthWatch> {
    const watch = new HealthWatch(docker);
    const events = await listen(docker, project, watch.#cancel.signal);
    void watch.#follow(events);
    return watch;
  }

  /** Starts a container and waits until it is healthy, or never will be. */
  async verdict(
    id: string,
    { begin, hopeless, signal }: { begin: () => Promise<void>; hopeless: Hopeless; signal: AbortSignal },
  ): Promise<Verdict> {
    let died: number | undefined;
    let since: number | undefined;
    let wake = () => {};
    const hear = (event: ContainerEvent | "lost") => {
      if (event === "lost" || event.id !== id) return event === "lost" ? wake() : undefined;
      if (event.action === "start") since ??= event.time - 0.5; // it may have spoken first
      // news of its former life may come late
      if (event.action === "die" && since !== undefined) died = event.exitCode ?? 1;
      // exec_die: a probe has ended
      if (/^(die|health_status|destroy|exec_die)/.test(event.action)) wake();
    };
    const abort = () => wake();
    this.#listeners.add(hear);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await begin();
      for (;;) {
        const told = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (signal.aborted) throw fault("cancelled", ["Waiting for the environment"]);
        if (this.#lost) throw fault("engine-gone", ["the environment"]);
        const answer = await this.#ask(id, died, hopeless);
        if (answer !== "later" && answer !== "settle") return answer.well ? answer : { ...answer, since };
        if (answer === "later") await told;
        else if ((await Promise.race([told, after(settleMs)])) === "settled" && died === undefined)
          return { well: true };
      }
    } finally {
      this.#listeners.delete(hear);
      signal.removeEventListener("abort", abort);
    }
  }

  async #ask(
    id: string,
    died: number | undefined,
    hopeless: Hopeless,
  ): Promise<Verdict | "later" | "settle"> {
    const { State: state } = await this.#docker.getContainer(id).inspect();
    // it may have been started again meanwhile: what it ended with, only the event knows
    if (died !== undefined || !state.Running || state.Restarting)
      return {
        well: false,
        since: undefined,
        how: "exited",
        exitCode: died ?? state.ExitCode,
        outOfMemory: state.OOMKilled,
      };
    switch (state.Health?.Status) {
      case "healthy":
        return { well: true };
      case "unhealthy":
        // without one probe that failed, it is about to be told that it has ended
        if (!state.Health.Log?.length) return "later";
        return {
          well: false,
          since: undefined,
          how: "unhealthy",
          said: state.Health.Log?.at(-1)?.Output.trim() ?? "",
        };
      case "starting": {
        const said = state.Health.Log?.at(-1)?.Output.trim() ?? "";
        const tried = Date.now() - Date.parse(state.StartedAt);
        // looking inside is an event of its own, which must not make us look again
        if (tried < patienceMs || performance.now() - (this.#asked.get(id) ?? 0) < 1000) return "later";
        this.#asked.set(id, performance.now());
        if (!(await hopeless(id, said, tried))) return "later";
        return { well: false, since: undefined, how: "unhealthy", said };
      }
      default:
        return Date.now() - Date.parse(state.StartedAt) > settleMs ? { well: true } : "settle";
    }
  }

  async #follow(events: AsyncIterable<ContainerEvent>): Promise<void> {
    try {
      for await (const event of events) for (const listener of this.#listeners) listener(event);
    } catch {
      this.#lost = true;
      for (const listener of this.#listeners) listener("lost");
    }
  }

  [Symbol.dispose](): void {
    this.#cancel.abort();
  }
}

function after(ms: number): Promise<"settled"> {
  return new Promise((resolve) => setTimeout(() => resolve("settled"), ms));
}
