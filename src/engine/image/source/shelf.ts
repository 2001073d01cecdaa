import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Contents of files that are wanted later than they come, laid aside in one file on the disk. */
export class Shelf implements AsyncDisposable {
  readonly #places = new Map<string, { at: number; size: number }>();
  readonly #aliases = new Map<string, string>();
  #file: { handle: FileHandle; folder: string; end: number } | undefined;

  has(name: string): boolean {
    return this.#places.has(this.#aliases.get(name) ?? name);
  }

  /** Another name of the same content. */
  alias(name: string, of: string): void {
    this.#aliases.set(name, this.#aliases.get(of) ?? of);
  }

  async put(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const file = await this.#open();
    const at = file.end;
    for await (const piece of content) {
      await file.handle.write(piece, 0, piece.length, file.end);
      file.end += piece.length;
    }
    this.#places.set(name, { at, size: file.end - at });
  }

  async *take(name: string): AsyncGenerator<Buffer> {
    const place = this.#places.get(this.#aliases.get(name) ?? name);
    if (place === undefined || this.#file === undefined) throw new Error(`${name} was not laid aside`);
    for (let at = place.at; at < place.at + place.size; ) {
      const piece = Buffer.alloc(Math.min(256 * 1024, place.at + place.size - at));
      const { bytesRead } = await this.#file.handle.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error(`${name} was cut short on the disk`);
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.handle.close();
    await rm(this.#file.folder, { recursive: true, force: true });
  }

  async #open() {
    if (this.#file === undefined) {
      const folder = await mkdtemp(join(tmpdir(), "sistership-layer-"));
      this.#file = { handle: await open(join(folder, "files"), "w+", 0o600), folder, end: 0 };
    }
    return this.#file;
  }
}
