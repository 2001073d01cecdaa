import { Fault, fault, isCancelled } from "../../process/index.ts";
import type { Asker, Link, Pool, Target } from "../link.ts";
import { orAbort, pause } from "./abort.ts";
import type { Connection } from "./connection.ts";
import { dial, type Way } from "./dial.ts";
import { destination, type SshMachine } from "./machine.ts";
import { Secrets } from "./secrets.ts";
import { ServerLink } from "./serverLink.ts";

const idleMs = 5 * 60_000;
/** How long after each other a server is asked again that was there before: it may be starting anew. */
const backOffMs = [500, 1_000, 2_000, 4_000, 8_000];
const patienceMs = 10_000;
const deepest = 8;

/** Connections to servers, as the user's own ssh would make them. */
export function pool(machine: SshMachine, asker: Asker): Pool {
  return new SshPool(machine, new Secrets(asker));
}

interface Entry {
  connection: Promise<Connection>;
  /** Those who wait for it; when the last one gives up, so does it. */
  waiting: number;
  giveUp: AbortController;
  /** Closes it after a while, if nothing uses it then. */
  rest(): void;
  timer: NodeJS.Timeout | undefined;
}

class SshPool implements Pool {
  readonly #machine: SshMachine;
  readonly #secrets: Secrets;
  readonly #entries = new Map<string, Entry>();
  /** Ways by which a server was reached at least once. */
  readonly #reached = new Set<string>();
  /** All that were made, with how far from here they are on the way to others. */
  readonly #all = new Map<Connection, number>();
  #ended = false;

  constructor(machine: SshMachine, secrets: Secrets) {
    this.#machine = machine;
    this.#secrets = secrets;
  }

  async link(target: Target, signal: AbortSignal): Promise<Link> {
    const way: Way = { name: target.name, to: destination(target.address), jumps: undefined, depth: 0 };
    const { peer } = await this.#shared(way, signal);
    return new ServerLink(target, peer, this.#secrets, (again) => this.#shared(way, again));
  }

  async anew(target: Target, signal: AbortSignal): Promise<Link & AsyncDisposable> {
    const way: Way = { name: target.name, to: destination(target.address), jumps: undefined, depth: 0 };
    const connection = await this.#dial(way, signal, () => {});
    const link = new ServerLink(target, connection.peer, this.#secrets, async () => connection);
    return Object.assign(link, { [Symbol.asyncDispose]: () => connection.close() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    for (const { giveUp, timer } of this.#entries.values()) {
      clearTimeout(timer);
      giveUp.abort();
    }
    this.#entries.clear();
    // Those that lead to others are closed last, or the others could not say farewell.
    for (let depth = 0; depth <= deepest; depth++) {
      const these = [...this.#all].filter(([, at]) => at === depth);
      await Promise.all(these.map(([connection]) => connection.close()));
    }
  }

  /** The one connection of a way: the one there is, or a new one. */
  async #shared(way: Way, signal: AbortSignal): Promise<Connection> {
    const key = JSON.stringify([way.to, way.jumps]);
    for (;;) {
      const entry = this.#entries.get(key) ?? this.#begin(key, way);
      entry.waiting++;
      try {
        const connection = await orAbort(entry.connection, signal, `The connection to ${way.name}`);
        if (connection.alive) {
          entry.rest();
          return connection;
        }
      } catch (thrown) {
        // It was given up by all others just when we came.
        if (!isCancelled(thrown) || signal.aborted || this.#ended) throw thrown;
      } finally {
        if (--entry.waiting === 0 && signal.aborted) entry.giveUp.abort();
      }
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    }
  }

  #begin(key: string, way: Way): Entry {
    const giveUp = new AbortController();
    const entry: Entry = {
      waiting: 0,
      giveUp,
      timer: undefined,
      rest: () => {
        clearTimeout(entry.timer);
        entry.timer = setTimeout(() => this.#release(key, entry), idleMs).unref();
      },
      connection: this.#persist(key, way, giveUp.signal, () => entry.rest()),
    };
    this.#entries.set(key, entry);
    entry.connection.then(
      (connection) => {
        void connection.closed.then(() => this.#entries.get(key) === entry && this.#entries.delete(key));
      },
      () => this.#entries.get(key) === entry && this.#entries.delete(key),
    );
    return entry;
  }

  async #release(key: string, entry: Entry): Promise<void> {
    const connection = await entry.connection;
    if (!connection.idle || entry.waiting > 0) return;
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    await connection.close();
  }

  /** Dials; where the server was there before, more than once. */
  async #persist(key: string, way: Way, signal: AbortSignal, idle: () => void): Promise<Connection> {
    const begin = performance.now();
    for (let again = 0; ; again++) {
      try {
        const connection = await this.#dial(way, signal, idle);
        this.#reached.add(key);
        return connection;
      } catch (thrown) {
        const ms = this.#reached.has(key) ? backOffMs[again] : undefined;
        if (ms === undefined || !isMomentary(thrown) || performance.now() - begin > patienceMs) throw thrown;
        await pause(ms, signal, `The connection to ${way.name}`);
      }
    }
  }

  async #dial(way: Way, signal: AbortSignal, idle: () => void): Promise<Connection> {
    if (this.#ended) throw fault("cancelled", [`The connection to ${way.name}`]);
    if (way.depth > deepest)
      throw fault("server-unreachable", [
        way.name,
        "the jump hosts of your SSH configuration lead to each other.",
      ]);
    const connection = await dial(way, {
      machine: this.#machine,
      secrets: this.#secrets,
      hop: (next) => this.#shared(next, signal),
      idle,
      signal,
    });
    this.#all.set(connection, way.depth);
    void connection.closed.then(() => this.#all.delete(connection));
    if (this.#ended) await connection.close();
    return connection;
  }
}

/** Whether a server that was there may be there again in a moment. */
function isMomentary(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.code === "server-unreachable";
}
