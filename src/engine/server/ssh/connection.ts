import { constants } from "node:os";
import type { Channel, Client, ClientChannel, PseudoTtyOptions } from "ssh2";
import { type Fault, fault } from "../../process/index.ts";
import type { Peer } from "../link.ts";
import { orAbort, pause } from "./abort.ts";
import { type Turn, Turnstile } from "./turnstile.ts";

/** sshd's own default; what it allows in fact is learned when it refuses. */
const sessions = 10;
const attempts = 5;
const farewellMs = 2_000;

/** A channel was refused. */
export class Refused extends Error {
  /** The server says that it does so on purpose. */
  readonly forbidden: boolean;
  /** The channel came about, but not what it was for. */
  readonly opened: boolean;

  constructor(error: Error) {
    super(error.message, { cause: error });
    this.forbidden = "reason" in error && error.reason === 1;
    this.opened = !("reason" in error);
  }
}

/** A channel in which something runs. */
export interface Session {
  channel: ClientChannel;
  /** Its exit code; undefined where the channel closed without one. */
  exit: Promise<number | undefined>;
}

/** A connection that is logged in, and all that runs over it. */
export class Connection {
  readonly peer: Peer;
  readonly name: string;
  readonly #client: Client;
  readonly #turnstile = new Turnstile(sessions);
  readonly #running = new Set<(lost: Fault) => void>();
  readonly #farewells = new Set<Promise<unknown>>();
  readonly #closed: Promise<void>;
  readonly #onIdle: () => void;
  #alive = true;
  #opening = 0;

  constructor(name: string, client: Client, peer: Peer, onIdle: () => void) {
    this.name = name;
    this.peer = peer;
    this.#client = client;
    this.#onIdle = onIdle;
    client.on("error", () => {}); // it closes then, which says enough
    this.#closed = new Promise((resolve) => {
      client.once("close", () => {
        this.#alive = false;
        for (const tell of [...this.#running]) tell(this.lost("what was running"));
        this.#running.clear();
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  get idle(): boolean {
    return this.#running.size === 0 && this.#opening === 0 && this.#turnstile.idle;
  }

  get closed(): Promise<void> {
    return this.#closed;
  }

  lost(what: string): Fault {
    return fault("connection-lost", [this.name, what]);
  }

  /** Runs a line by the user's shell there; waits where the server allows no more at once. */
  exec(line: string, signal: AbortSignal, what: string): Promise<Session> {
    return this.#session((done) => this.#client.exec(line, done), signal, what);
  }

  /** The user's shell, in a terminal. */
  shell(pty: PseudoTtyOptions, signal: AbortSignal, what: string): Promise<Session> {
    return this.#session((done) => this.#client.shell(pty, done), signal, what);
  }

  /** A connection from there to a unix socket. */
  unix(path: string, signal: AbortSignal, what: string): Promise<Channel> {
    return this.#stream((done) => this.#client.openssh_forwardOutStreamLocal(path, done), signal, what);
  }

  /** A connection from there to another machine. */
  tcp(host: string, port: number, signal: AbortSignal, what: string): Promise<Channel> {
    return this.#stream((done) => this.#client.forwardOut("127.0.0.1", 0, host, port, done), signal, what);
  }

  async #stream(start: Start<Channel>, signal: AbortSignal, what: string): Promise<Channel> {
    return (await this.#open(start, (channel) => ({ channel }), signal, what)).channel;
  }

  /** Tells when the connection is lost; what it hands back tells no more. */
  onLost(tell: (lost: Fault) => void): () => void {
    if (!this.#alive) tell(this.lost("what was running"));
    else this.#running.add(tell);
    return () => {
      if (this.#running.delete(tell)) this.#settle();
    };
  }

  /** What is still to be done there, and is waited for when the connection is closed. */
  farewell(last: Promise<unknown>): void {
    this.#farewells.add(last);
    last.catch(() => {}).finally(() => this.#farewells.delete(last));
  }

  async close(): Promise<void> {
    if (!this.#alive) return;
    let limit: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, farewellMs);
    });
    await Promise.race([Promise.allSettled(this.#farewells), over]);
    this.#client.end();
    await Promise.race([this.#closed, over]);
    clearTimeout(limit);
    if (this.#alive) this.#client.destroy();
    await this.#closed;
  }

  async #session(start: Start<ClientChannel>, signal: AbortSignal, what: string): Promise<Session> {
    for (let again = 0; ; again++) {
      const turn = await this.#turnstile.enter(signal, what, again > 0);
      try {
        return await this.#open(start, sessionOf, signal, what, turn);
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown;
        if (!thrown.opened && this.#turnstile.inside > 0) continue; // others hold what there is: wait for one of them
        // A session that has just ended may still count there.
        if (thrown.opened || again >= attempts)
          throw fault("sessions-refused", [this.name], { cause: thrown });
        await pause(50 * 2 ** again, signal, what);
      }
    }
  }

  async #open<C extends Channel, R extends { channel: C }>(
    start: Start<C>,
    take: (channel: C) => R,
    signal: AbortSignal,
    what: string,
    turn?: Turn,
  ): Promise<R> {
    this.#opening++;
    const opening = this.#opened(start, take, what);
    opening.then(
      ({ channel }) => {
        const forget = this.onLost(() => turn?.leave());
        this.#opening--;
        channel.once("close", () => {
          turn?.leave();
          forget();
        });
      },
      (thrown) => {
        this.#opening--;
        turn?.leave(thrown instanceof Refused && !thrown.opened);
        this.#settle();
      },
    );
    return orAbort(opening, signal, what, ({ channel }) => channel.close());
  }

  /** `take` sees the channel at once: what the server says of it may be the very next thing that is heard. */
  #opened<C extends Channel, R>(start: Start<C>, take: (channel: C) => R, what: string): Promise<R> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return reject(this.lost(what));
      const forget = this.onLost(() => reject(this.lost(what)));
      const done = (error: Error | undefined, channel: C) => {
        forget();
        if (!error) resolve(take(channel));
        else reject(this.#alive ? new Refused(error) : this.lost(what));
      };
      try {
        start(done);
      } catch {
        forget();
        reject(this.lost(what)); // "Not connected": its end has only not been told yet
      }
    });
  }

  #settle(): void {
    if (this.#alive && this.idle) this.#onIdle();
  }
}

type Start<C> = (done: (error: Error | undefined, channel: C) => void) => unknown;

function sessionOf(channel: ClientChannel): Session {
  const exit = new Promise<number | undefined>((resolve) => {
    channel.once("exit", (code: number | null, name?: string) => {
      resolve(code ?? 128 + numberOf(name)); // as shells say it of a program that a signal ended
    });
    channel.once("close", () => resolve(undefined));
  });
  return { channel, exit };
}

function numberOf(signal: string | undefined): number {
  return Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0;
}
