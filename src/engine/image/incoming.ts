import { type FileHandle, open } from "node:fs/promises";
import type { Blob } from "./cache.ts";
import type { Effort } from "./packing.ts";

/** A blob that is being packed, which several read while it grows. */
export class Incoming {
  /** Settles when it is whole and known to be what it is called; rejects otherwise. */
  readonly done: Promise<Blob>;
  readonly effort: Effort;
  readonly #part: string;
  #size = 0;
  #whole: Blob | undefined;
  #failed: { reason: unknown } | undefined;
  #wake: (() => void)[] = [];

  constructor(part: string, effort: Effort, done: Promise<Blob>) {
    this.#part = part;
    this.effort = effort;
    this.done = done;
    done.then(
      (blob) => {
        this.#whole = blob;
        this.grow(blob.bytes);
      },
      (reason: unknown) => {
        this.#failed = { reason };
        this.grow(this.#size);
      },
    );
  }

  /** One that is whole already. */
  static of(blob: Blob): Incoming {
    const incoming = new Incoming(blob.file, blob.effort, Promise.resolve(blob));
    incoming.#whole = blob;
    incoming.#size = blob.bytes;
    return incoming;
  }

  /** The size when it is known. */
  get bytes(): number | undefined {
    return this.#whole?.bytes;
  }

  grow(size: number): void {
    this.#size = size;
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Its bytes from a place on, to the end, as fast as they come. */
  async *read(from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    let file: FileHandle | undefined;
    const wake = () => this.grow(this.#size);
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
        file ??= await this.#open();
        const piece = Buffer.allocUnsafe(Math.min(256 * 1024, this.#size - at));
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
