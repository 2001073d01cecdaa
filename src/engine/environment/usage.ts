import { connect, findEndpoint, toDockerFault, type Usage, usageOf } from "../docker/index.ts";
import type { Here } from "./here.ts";

/** By container: what it takes of this machine. */
export type UsageByContainer = ReadonlyMap<string, Usage>;

/** Follows what containers take, for as long as somebody looks; tells at most once in a while, and only of those it was given. */
export class UsageWatch implements Disposable {
  readonly #here: Here;
  readonly #told: (usage: UsageByContainer) => void;
  readonly #following = new Map<string, AbortController>();
  readonly #latest = new Map<string, Usage>();
  #pending: NodeJS.Timeout | undefined;

  constructor(here: Here, told: (usage: UsageByContainer) => void) {
    this.#here = here;
    this.#told = told;
  }

  /** These run now: begins with those that are new, leaves those that are gone. */
  follow(ids: ReadonlySet<string>): void {
    for (const [id, cancel] of this.#following) if (!ids.has(id)) cancel.abort();
    for (const id of ids) if (!this.#following.has(id)) void this.#followOne(id);
  }

  async #followOne(id: string): Promise<void> {
    const cancel = new AbortController();
    this.#following.set(id, cancel);
    try {
      const docker = await connect(findEndpoint(this.#here.machine));
      for await (const usage of usageOf(docker, id, cancel.signal)) {
        if (cancel.signal.aborted) break;
        this.#latest.set(id, usage);
        this.#tellSoon();
      }
    } catch {
      // who follows the states is told that the engine went away, and why
    } finally {
      this.#following.delete(id);
      this.#latest.delete(id);
    }
  }

  /** The numbers of all containers come at about the same time: they are told together. */
  #tellSoon(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.#told(new Map(this.#latest));
    }, 1500);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#pending);
    for (const cancel of this.#following.values()) cancel.abort();
  }
}

/** What each container takes now, asked once. */
export async function usageNow(
  here: Here,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<UsageByContainer> {
  const endpoint = findEndpoint(here.machine);
  try {
    const docker = await connect(endpoint);
    const found = ids.map(async (id): Promise<[string, Usage][]> => {
      for await (const usage of usageOf(docker, id, signal)) return [[id, usage]];
      return [];
    });
    return new Map((await Promise.all(found)).flat());
  } catch (thrown) {
    throw toDockerFault(thrown, endpoint, "say what the containers take");
  }
}
