import { Duplex } from "node:stream";
import type Docker from "dockerode";
import { template } from "../../blueprint/index.ts";
import { type Exec, execIn } from "./exec.ts";
import { frame, frames } from "./frames.ts";

/** Where it listens in the container, by names: a path, or a port of the loopback there. */
export interface RelayPlan {
  listen: Readonly<Record<string, string>>;
  /** Written inside before it listens, and taken away after. */
  files?: Readonly<Record<string, string>>;
  /** Programs inside: once it listens, and before it goes. */
  before?: readonly string[];
  after?: readonly string[];
}

/** Sockets in a container whose connections are led to this machine, through the engine. */
export interface Relay extends Disposable {
  /** When it has ended: because it was told to, or because its container did. */
  ended: Promise<void>;
}

export type Serve = (name: string, connection: Duplex) => void;

/** It could not listen; `message` says why. */
export class RelayRefused extends Error {
  override readonly name = "RelayRefused";
}

/** Needs Perl inside, which everything that stands on Debian has. */
export async function openRelay(docker: Docker, id: string, plan: RelayPlan, serve: Serve): Promise<Relay> {
  const { listen, files = {}, before = [], after = [] } = plan;
  const where = Object.entries(listen).map(([name, address]) => `${name}=${address}`);
  const parts = [...where, "--", ...before, "--", ...after];
  const command = ["perl", "-e", template("inside/relay.pl"), "--", ...parts];
  const exec = await execIn(docker, id, command).catch((thrown: unknown) => {
    // some engines say so at once, others in the exit code
    const missing = /executable file not found/.test(String(thrown));
    throw missing ? new RelayRefused("perl is not in its image") : thrown;
  });
  for (const [path, text] of Object.entries(files)) exec.input.write(frame(0, "F", `${path}\0${text}`));
  exec.input.write(frame(0, "R"));
  let ready = () => {};
  let refuse = (_: Error) => {};
  const open = new Promise<void>((resolve, reject) => {
    ready = resolve;
    refuse = reject;
  });
  const ended = carry(exec, serve, ready);
  void ended.then(exec.complaint).then((why) => refuse(new RelayRefused(why)));
  await open;
  return { ended, [Symbol.dispose]: () => exec.input.end() };
}

async function carry({ input, output }: Exec, serve: Serve, ready: () => void): Promise<void> {
  const open = new Map<number, Connection>();
  try {
    for await (const { number, kind, bytes } of frames(output)) {
      if (kind === "R") ready();
      if (kind === "O") {
        const connection = new Connection(number, input, () => open.delete(number));
        open.set(number, connection);
        serve(bytes.toString(), connection);
      } else await open.get(number)?.hear(kind, bytes);
    }
  } catch {
    // the engine went away, and with it the container: it has ended either way
  } finally {
    for (const connection of open.values()) connection.destroy();
    input.destroy();
  }
}

class Connection extends Duplex {
  readonly #number: number;
  readonly #to: Duplex;
  readonly #gone: () => void;
  #wanted: (() => void) | undefined;

  constructor(number: number, to: Duplex, gone: () => void) {
    super();
    this.#number = number;
    this.#to = to;
    this.#gone = gone;
    this.on("error", () => {}); // who has it says what that means
  }

  /** What came for it; answers when there is room for more. */
  async hear(kind: string, bytes: Buffer): Promise<void> {
    if (kind === "C") this.destroy();
    if (kind === "E") this.push(null);
    if (kind !== "D" || this.push(bytes)) return;
    await new Promise<void>((done) => {
      this.#wanted = done;
    });
  }

  override _read(): void {
    this.#wanted?.();
    this.#wanted = undefined;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#to.write(frame(this.#number, "D", chunk), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#to.write(frame(this.#number, "E"), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gone();
    this.#wanted?.();
    if (this.#to.writable) this.#to.write(frame(this.#number, "C"));
    done(error);
  }
}
