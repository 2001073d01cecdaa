import type { Duplex } from "node:stream";
import { fault, type Output } from "../../process/index.ts";
import type { Link, Peer, Remote, RemoteOptions, RemoteProcess, Target, Terminal } from "../link.ts";
import { type Connection, Refused } from "./connection.ts";
import { quote } from "./quote.ts";
import { exitOf, socketOf, startRemote } from "./remote.ts";
import { startAsRoot } from "./root.ts";
import { succeeded } from "./run.ts";
import type { Secrets } from "./secrets.ts";
import { throughProgram } from "./socket.ts";

/** A server that is reached, and reached again when its connection was lost or has been closed for being idle. */
export class ServerLink implements Link {
  readonly target: Target;
  readonly peer: Peer;
  readonly #secrets: Secrets;
  readonly #connect: (signal: AbortSignal) => Promise<Connection>;

  constructor(
    target: Target,
    peer: Peer,
    secrets: Secrets,
    connect: (signal: AbortSignal) => Promise<Connection>,
  ) {
    this.target = target;
    this.peer = peer;
    this.#secrets = secrets;
    this.#connect = connect;
  }

  async run(remote: Remote, { signal, timeoutMs, accept }: RemoteOptions): Promise<Output> {
    if (timeoutMs === undefined) {
      return succeeded(await this.start(remote, { signal }), remote.program, accept);
    }
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    try {
      const either = AbortSignal.any([signal, limit.signal]);
      return await succeeded(await this.start(remote, { signal: either }), remote.program, accept);
    } catch (thrown) {
      if (limit.signal.aborted && !signal.aborted)
        throw fault("timed-out", [remote.program, timeoutMs], { cause: thrown });
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  async start(
    { program, args = [], input, root }: Remote,
    { signal }: Pick<RemoteOptions, "signal">,
  ): Promise<RemoteProcess> {
    const connection = await this.#connect(signal);
    const running = root
      ? await startAsRoot(connection, [program, ...args], this.#secrets, signal)
      : await startRemote(connection, { line: quote([program, ...args]), what: program }, signal);
    if (input !== undefined) running.stdin.end(input);
    return running;
  }

  async socket(path: string, { signal }: Pick<RemoteOptions, "signal">): Promise<Duplex> {
    const connection = await this.#connect(signal);
    try {
      return socketOf(await connection.unix(path, signal, path), connection);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      return throughProgram(this, path, { signal });
    }
  }

  async terminal(
    size: { columns: number; rows: number },
    { signal }: Pick<RemoteOptions, "signal">,
  ): Promise<Terminal> {
    const connection = await this.#connect(signal);
    const pty = { cols: size.columns, rows: size.rows, term: "xterm-256color" };
    const session = await connection.shell(pty, signal, "The terminal");
    const { channel } = session;
    const stream = socketOf(channel, connection);
    const exited = exitOf(session, connection, "The terminal", signal, (failure) => stream.destroy(failure));
    return {
      stream,
      exited,
      resize: ({ columns, rows }) => channel.setWindow(rows, columns, 0, 0),
    };
  }
}
