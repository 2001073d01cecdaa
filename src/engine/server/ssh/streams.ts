import { Duplex, Readable, Writable } from "node:stream";
import type { Channel } from "ssh2";

/** How much waits in one of our streams; the channel below holds two megabytes by itself. */
const highWaterMark = 64 * 1024;

/**
 * A channel's own streams never end by themselves when the connection goes, and call nobody back. These do: they are what
 * users of a channel hold, and `fail` ends them.
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
  return new Writable({
    highWaterMark,
    write: (chunk, _encoding, done) => void write(channel, chunk, done),
    final: (done) => void end(channel, done),
  });
}

/** Two streams as the two sides of one: what is read from the one, and what is written to the other. */
export class Socket extends Duplex {
  readonly #from: Readable;
  readonly #to: Writable;
  readonly #close: () => void;

  constructor(from: Readable, to: Writable, close: () => void) {
    super({ allowHalfOpen: true, highWaterMark });
    this.#from = from;
    this.#to = to;
    this.#close = close;
    from.on("data", (chunk) => {
      if (!this.push(chunk)) from.pause();
    });
    from.once("end", () => this.push(null));
    from.once("error", (error) => this.destroy(error));
    to.once("error", (error) => this.destroy(error));
    from.pause();
  }

  override _read(): void {
    this.#from.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#to.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
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

function write(channel: Channel, chunk: Buffer, done: (error?: Error | null) => void): void {
  if (channel.writable) channel.write(chunk, done);
  else done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
}

function end(channel: Channel, done: () => void): void {
  if (channel.writable) channel.end();
  done();
}
