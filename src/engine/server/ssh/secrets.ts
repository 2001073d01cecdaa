import type { ParsedKey } from "ssh2";
import type { Asker } from "../link.ts";

/** How a user becomes root: there is nothing to do, or by sudo, with the password that it asks for. */
export type RootWay = { by: "being" } | { by: "sudo"; password: string | undefined };

/** What was found out once; who wants it at the same time waits for the same answer. A failure is not kept. */
class Remembered<T> {
  readonly #known = new Map<string, Promise<T>>();

  once(name: string, find: () => Promise<T>): Promise<T> {
    const known = this.#known.get(name);
    if (known) return known;
    const found = find();
    this.#known.set(name, found);
    found.catch(() => this.#known.delete(name));
    return found;
  }

  forget(name: string): void {
    this.#known.delete(name);
  }
}

/** What people were asked, one question at a time, and what they answered: in memory, for as long as the pool lives. */
export class Secrets {
  readonly asker: Asker;
  /** Opened keys, by their files. */
  readonly keys = new Remembered<ParsedKey>();
  /** How users become root, by user and host. */
  readonly root = new Remembered<RootWay>();
  /** What the server was told at the login, by user, host and prompt. */
  readonly passwords = new Map<string, string>();
  /** How many questions were asked so far. */
  asked = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(asker: Asker) {
    this.asker = asker;
  }

  /** Waits until nobody else is being asked. */
  turn<T>(question: () => Promise<T>): Promise<T> {
    const answer = this.#turn.then(() => {
      this.asked++;
      return question();
    });
    this.#turn = answer.catch(() => {});
    return answer;
  }
}
