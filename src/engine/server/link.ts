import type { Duplex, Readable, Writable } from "node:stream";
import type { Output } from "../process/index.ts";

/** A server as one writes it after `ssh`: a host of the SSH configuration, or `user@host:port`. */
export interface Target {
  /** What it is called: in the inventory, in stages, in sentences. */
  name: string;
  /** Its destination: a host of the SSH configuration, `user@host` or `user@host:port`. */
  address: string;
}

/** Who answered in the end. */
export interface Peer {
  user: string;
  host: string;
  port: number;
  /** `SHA256:…` of the host key that was checked. */
  fingerprint: string;
}

/** A program to run there, as data. It is quoted in one place, where it is handed to the server's shell. */
export interface Remote {
  program: string;
  args?: readonly string[];
  /** Written to its standard input, which is then closed. The place for scripts and secrets: no process list shows it. */
  input?: string | Uint8Array;
  /** As root: as it is where the user is root, else by sudo, whose password is asked for once and kept in memory alone. */
  root?: true;
}

export interface RemoteOptions {
  signal: AbortSignal;
  timeoutMs?: number;
  /** Exit codes that are answers, not failures. */
  accept?: readonly number[];
}

/** A program that runs there. Its streams hold back whoever writes faster than it reads, or reads slower than it writes. */
export interface RemoteProcess {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Settles when it has ended; rejects with a Fault where the connection is lost or the signal aborts. */
  exited: Promise<{ code: number }>;
}

/** A server that is reached. One connection, whose channels all share; beyond what sshd allows they wait for each other. */
export interface Link {
  readonly target: Target;
  readonly peer: Peer;
  /** Runs a program to its end and hands back what it printed; a failure is a Fault with its last lines. */
  run(remote: Remote, options: RemoteOptions): Promise<Output>;
  start(remote: Remote, options: Pick<RemoteOptions, "signal">): Promise<RemoteProcess>;
  /** A connection to a unix socket there; where sshd forbids that, by a program that is there anyway. */
  socket(path: string, options: Pick<RemoteOptions, "signal">): Promise<Duplex>;
  /** A shell with a terminal, for people. */
  terminal(
    size: { columns: number; rows: number },
    options: Pick<RemoteOptions, "signal">,
  ): Promise<Terminal>;
}

export interface Terminal {
  stream: Duplex;
  resize(size: { columns: number; rows: number }): void;
  exited: Promise<{ code: number }>;
}

/** What a person is asked, or what stands in for one: undefined is "no", and ends the attempt with a Fault. */
export interface Asker {
  /** The first contact: whether this is the key that the server has. */
  trust(host: { name: string; address: string; type: string; fingerprint: string }): Promise<boolean>;
  passphrase(keyFile: string): Promise<string | undefined>;
  password(login: { user: string; host: string; prompt: string }): Promise<string | undefined>;
  sudo(login: { user: string; host: string }): Promise<string | undefined>;
}

/** Connections to servers, one for each, made when first wanted and closed when nobody has used them for a while. */
export interface Pool extends AsyncDisposable {
  link(target: Target, signal: AbortSignal): Promise<Link>;
  /** A connection of its own, beside the one in use: whether a new one still comes about. The caller closes it. */
  anew(target: Target, signal: AbortSignal): Promise<Link & AsyncDisposable>;
}
