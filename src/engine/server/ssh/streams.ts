import { Duplex, Readable, Writable } from "node:stream";
import type { Channel } from "ssh2";

type Done = (error?: Error | null) => void;

/** How much waits in one of our streams; the channel below holds two megabytes by itself. */
const highWaterMark = 64 * 1024;

/**
 * A channel's own streams do not end when the connection goes, and leave whoever writes waiting for ever. These are what
 * users of a channel hold instead: they can be destroyed, and are when it goes.
 */
export function readableOf(source: Readable): Readable {
  const readable = new Readable({
    highWaterMark,
    read: () => void source.resume(),
    destroy(error, done) {
      source.resume(); // what is still on its way must not hold up the channel's end
      done(error);
    },
  });
  source.on("data", (chunk) => {
    if (!readable.destroyed && !readable.push(chunk)) source.pause();
  });
  source.once("end", () => {
    if (!readable.destroyed) readable.push(null);
  });
  source.pause();
  return readable;
}

export function writableOf(channel: Channel): Writable {
  let pending: Done | undefined;
  channel.once("close", () => pending?.(brokenPipe()));
  return new Writable({
    highWaterMark,
    write(chunk, _encoding, done) {
      if (!channel.writable) return void done(brokenPipe());
      pending = done;
      channel.write(chunk, (error) => {
        pending = undefined;
        done(error);
      });
    },
    final(done) {
      if (channel.writable) channel.end();
      done();
    },
  });
}

export function brokenPipe(): Error {
  return Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
}

/** Two streams as the two sides of one: what is read from the one, and what is written to the other. */
export class Socket extends Duplex {
  readonly #from: Readable;
  readonly #to: Writable;
  readonly #close: () => void;
  /** Nothing more will come. */
  #over = false;

  constructor(from: Readable, to: Writable, close: () => void) {
    super({ allowHalfOpen: true, highWaterMark });
    this.#from = from;
    this.#to = to;
    this.#close = close;
    from.on("data", (chunk) => {
      if (!this.push(chunk)) from.pause();
    });
    from.once("end", () => {
      this.#over = true;
      this.push(null);
    });
    from.once("error", (error) => this.destroy(error));
    to.on("error", () => {}); // whoever writes is told
    from.pause();
  }

  override _read(): void {
    this.#from.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#to.write(chunk, (error) => {
      // An answer may have come before all was heard; it is to be read before the writer's failure takes it away.
      if (error && this.#over && !this.readableEnded) this.once("end", () => done(error));
      else done(error);
    });
  }

  override _final(done: Done): void {
    this.#to.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#from.destroy();
    this.#to.destroy();
    this.#close();
    done(error);
  }

  // What http asks of a socket, and has no meaning in a channel.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
