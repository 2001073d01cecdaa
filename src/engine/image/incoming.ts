import { type FileHandle, open } from "node:fs/promises";
import type { Blob } from "./cache.ts";
import type { Effort } from "./packing.ts";

/** So much of what came last is kept at hand: who keeps up is given that, and reads no file. */
const atHand = 8 * 1024 * 1024;
/** So much is handed out in one piece: whether a server stands still is judged by how long one takes. */
const pieceSize = 256 * 1024;

/** A blob that is being packed, which several read while it grows. */
export class Incoming {
  /** Settles when it is whole and known to be what it is called; rejects otherwise. */
  readonly done: Promise<Blob>;
  readonly effort: Effort;
  /** It lay in the cache: its bytes are not known to be what they were. */
  readonly kept: boolean;
  readonly #part: string;
  #size = 0;
  /** The last pieces, the newest at the end, and where each begins. */
  #last: { at: number; piece: Buffer }[] = [];
  #whole: Blob | undefined;
  #failed: { reason: unknown } | undefined;
  #wake: (() => void)[] = [];

  constructor(part: string, effort: Effort, done: Promise<Blob>, kept = false) {
    this.#part = part;
    this.effort = effort;
    this.kept = kept;
    this.done = done;
    done.then(
      (blob) => {
        this.#whole = blob;
        this.#settled();
      },
      (reason: unknown) => {
        this.#failed = { reason };
        this.#settled();
      },
    );
  }

  /** One that is whole already. */
  static of(blob: Blob): Incoming {
    const incoming = new Incoming(blob.file, blob.effort, Promise.resolve(blob), true);
    incoming.#whole = blob;
    incoming.#size = blob.bytes;
    return incoming;
  }

  /** The size when it is known. */
  get bytes(): number | undefined {
    return this.#whole?.bytes;
  }

  /** More of it is in the file. */
  grow(piece: Buffer): void {
    this.#last.push({ at: this.#size, piece });
    this.#size += piece.length;
    while ((this.#last[0]?.at ?? this.#size) < this.#size - atHand) this.#last.shift();
    this.#wakeAll();
  }

  #settled(): void {
    this.#last = [];
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Its bytes from a place on, to the end, as fast as they come. */
  async *read(from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    let file: FileHandle | undefined;
    const wake = () => this.#wakeAll();
    signal.addEventListener("abort", wake, { once: true });
    try {
      for (let at = from; ; ) {
        signal.throwIfAborted();
        if (this.#failed) throw this.#failed.reason;
        if (at >= this.#size) {
          if (this.#whole) return;
          await new Promise<void>((resolve) => this.#wake.push(resolve));
          continue;
        }
        const lately = this.#lately(at);
        if (lately) {
          yield lately;
          at += lately.length;
          continue;
        }
        file ??= await this.#open();
        const piece = Buffer.allocUnsafe(Math.min(pieceSize, this.#size - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        // what is counted may still be on its way to the disk
        if (bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
        else yield piece.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      signal.removeEventListener("abort", wake);
      await file?.close();
    }
  }

  /** What comes next after a place, if it came lately. */
  #lately(at: number): Buffer | undefined {
    const known = this.#last.findLast((one) => one.at <= at);
    return known?.piece.subarray(at - known.at, at - known.at + pieceSize);
  }

  /** Under its own name once it is whole: the other is gone by then. */
  async #open(): Promise<FileHandle> {
    try {
      return await open(this.#whole?.file ?? this.#part, "r");
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
      return open((await this.done).file, "r");
    }
  }
}
