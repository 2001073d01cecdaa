import type { Channel, ClientChannel } from "ssh2";
import { type Fault, fault } from "../../process/index.ts";
import type { RemoteProcess } from "../link.ts";
import type { Connection, Session } from "./connection.ts";
import { sendSignal } from "./signal.ts";
import { brokenPipe, readableOf, Socket, writableOf } from "./streams.ts";

const graceMs = 2_000;

interface Asked {
  /** The line for the server's shell. */
  line: string;
  /** What it is called in sentences. */
  what: string;
}

/** Starts a program on a server. */
export async function startRemote(
  connection: Connection,
  { line, what }: Asked,
  signal: AbortSignal,
): Promise<RemoteProcess> {
  const session = await connection.exec(line, signal, what);
  const { channel } = session;
  const stdin = writableOf(channel);
  const stdout = readableOf(channel);
  const stderr = readableOf(channel.stderr);
  stdin.on("error", () => {}); // a program may end without reading its input; its exit says what matters
  session.exit.then(() => {
    if (!stdin.writableFinished) stdin.destroy(brokenPipe());
  });
  const unheard = () => {
    // What it left running may hold its outputs open: where nobody listens any more, the session is given back.
    if (stdout.destroyed && stderr.destroyed) session.exit.then(() => channel.close());
  };
  stdout.once("close", unheard);
  stderr.once("close", unheard);
  const exited = exitOf(session, connection, what, signal, (failure) => {
    for (const stream of [stdin, stdout, stderr]) {
      if (stream.listenerCount("error") === 0) stream.on("error", () => {}); // the exit says it to whoever does not listen
      stream.destroy(failure);
    }
  });
  return { stdin, stdout, stderr, exited };
}

/**
 * How what runs in a session ends. `fail` is told where that is not by itself: the connection is lost, or the signal
 * aborted, upon which it is stopped there too.
 */
export function exitOf(
  { channel, exit }: Session,
  connection: Connection,
  what: string,
  signal: AbortSignal,
  fail: (failure: Fault) => void,
): Promise<{ code: number }> {
  const exited = new Promise<{ code: number }>((resolve, reject) => {
    const lose = (failure: Fault) => {
      signal.removeEventListener("abort", abort);
      fail(failure);
      reject(failure);
    };
    const abort = () => {
      connection.farewell(stop(channel));
      lose(fault("cancelled", [what]));
    };
    const forget = connection.onLost(() => lose(connection.lost(what)));
    channel.once("close", forget);
    exit.then((code) => {
      signal.removeEventListener("abort", abort);
      if (code === undefined) reject(connection.lost(what));
      else resolve({ code });
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
  exited.catch(() => {}); // who reads the streams may look at it later
  return exited;
}

/** A channel as a socket that ends when the connection does. */
export function socketOf(channel: Channel, connection: Connection): Socket {
  const socket = new Socket(readableOf(channel), writableOf(channel), () => channel.close());
  const forget = connection.onLost((lost) => socket.destroy(lost));
  channel.once("close", () => {
    forget();
    socket.end();
  });
  return socket;
}

/** Ends what runs in a session: asks it to, then makes it, then leaves it. */
async function stop(channel: ClientChannel): Promise<void> {
  const closed = new Promise<void>((resolve) => channel.once("close", () => resolve()));
  channel.resume();
  channel.stderr.resume();
  sendSignal(channel, "TERM");
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([closed, over]);
  clearTimeout(timer);
  sendSignal(channel, "KILL");
  channel.close();
}
