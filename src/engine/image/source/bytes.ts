import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Bytes that come in pieces, taken in other pieces. */
export class Bytes {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes, or fewer at the end. */
  async take(count: number): Promise<Buffer> {
    if (this.#held.length >= count) return this.#cut(count);
    const pieces: Buffer[] = [];
    let had = 0;
    while (had < count && (this.#held.length > 0 || (await this.#more()))) {
      const piece = this.#cut(Math.min(count - had, this.#held.length));
      pieces.push(piece);
      had += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** The next bytes as they come, no more than so many. */
  async *pass(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more()))
        throw new Error("the bytes ended before their time");
      const piece = this.#cut(Math.min(left, this.#held.length));
      left -= piece.length;
      yield piece;
    }
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<Buffer> {
    while (this.#held.length > 0 || (await this.#more())) yield this.#cut(this.#held.length);
  }

  async skip(count: number): Promise<void> {
    for await (const _ of this.pass(count));
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  #cut(count: number): Buffer {
    const piece = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return piece;
  }

  async #more(): Promise<boolean> {
    while (!this.#ended && this.#held.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else this.#held = value;
    }
    return !this.#ended;
  }
}

/** So many bytes wait for a slow reader before the stream does. */
const enough = 1024 * 1024;

/** A stream's pieces as they come: iterated over, it puts them together first, which copies all of it once more. */
export async function* piecesOf(stream: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let held = 0;
  let end: { failure?: Error } | undefined;
  let wake = () => {};
  const over = (failure?: Error) => {
    end ??= failure ? { failure } : {};
    wake();
  };
  stream.on("data", (piece: Buffer) => {
    waiting.push(piece);
    held += piece.length;
    if (held >= enough) stream.pause();
    wake();
  });
  stream.once("end", () => over());
  stream.once("error", over);
  stream.once("close", () => over(new Error("the stream was closed before its end")));
  try {
    for (;;) {
      const pieces = waiting;
      waiting = [];
      yield* pieces;
      for (const { length } of pieces) held -= length;
      if (held < enough) stream.resume();
      if (waiting.length > 0) continue;
      if (end?.failure) throw end.failure;
      if (end) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    stream.on("error", () => {}); // nobody reads on
    stream.destroy();
  }
}

/** Pieces of about one size: what follows costs by the piece. */
export async function* inPieces(source: AsyncIterable<Buffer>, size = 256 * 1024): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let had = 0;
  for await (const piece of source) {
    pieces.push(piece);
    had += piece.length;
    if (had < size) continue;
    yield pieces.length === 1 ? piece : Buffer.concat(pieces);
    pieces = [];
    had = 0;
  }
  if (had > 0) yield Buffer.concat(pieces);
}

export async function whole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What comes out of a transform that the source is put into. */
export async function* through(source: AsyncIterable<Buffer>, transform: Transform): AsyncGenerator<Buffer> {
  const fed = pipeline(source, transform);
  fed.catch(() => {}); // the transform is destroyed with it, and its reader hears of it
  yield* transform;
}
