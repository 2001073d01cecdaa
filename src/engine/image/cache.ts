import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { blobDigest, type DiffId, diffId, hexOf } from "./digest.ts";
import { Incoming } from "./incoming.ts";
import { bestPacking, type Effort, efforts, type Packing, packed } from "./packing.ts";

const note = z.object({
  layer: diffId,
  effort: z.enum(efforts),
  digest: blobDigest,
  bytes: z.int().nonnegative(),
  plainBytes: z.int().nonnegative(),
});

const packings = ["zstd", "gzip"] as const;

/** A layer, packed, in a file. */
export interface Blob extends z.infer<typeof note> {
  packing: Packing;
  file: string;
}

/** A layer could not be got, or its bytes are not those that it is called after. */
export class LayerLost extends Error {}

/**
 * Layers that were packed once, for the next server and the next try. Bounded; what was not used longest goes first.
 * Nothing comes in that is not what its name says, and what goes out is checked where it arrives.
 */
export class BlobCache {
  readonly #folder: string;
  readonly #limit: number;
  readonly #now: () => Date;

  constructor(folder: string, { limit, now }: { limit: number; now: () => Date }) {
    this.#folder = folder;
    this.#limit = limit;
    this.#now = now;
  }

  /** The layer as it was packed once, however that was: to pack it anew costs more than it saves. */
  async find(layer: DiffId): Promise<Blob | undefined> {
    for (const packing of packings) {
      const blob = await this.#find(layer, packing);
      if (blob) return blob;
    }
    return undefined;
  }

  async #find(layer: DiffId, packing: Packing): Promise<Blob | undefined> {
    const file = this.#fileOf(layer, packing);
    try {
      const noted = note.parse(JSON.parse(await readFile(`${file}.json`, "utf8")));
      if ((await stat(file)).size !== noted.bytes || noted.layer !== layer) return undefined;
      const now = this.#now();
      await utimes(file, now, now);
      return { ...noted, packing, file };
    } catch {
      return undefined; // not there, or not whole: it is got again
    }
  }

  /** Packs a layer into the cache. Its bytes can be read while they come. */
  add(layer: DiffId, plain: AsyncIterable<Buffer>, effort: Effort, signal: AbortSignal): Incoming {
    const packing = bestPacking();
    const file = this.#fileOf(layer, packing);
    const part = `${file}.${process.pid}.${++this.#parts}.part`;
    const incoming: Incoming = new Incoming(
      part,
      effort,
      this.#fill({ layer, plain, packing, effort, file, part, signal }, () => incoming),
    );
    return incoming;
  }

  #parts = 0;

  async #fill(
    { layer, plain, packing, effort, file, part, signal }: Filling,
    incoming: () => Incoming,
  ): Promise<Blob> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const tar = createHash("sha256");
    const blob = createHash("sha256");
    let [plainBytes, bytes] = [0, 0];
    try {
      const see = (piece: Buffer) => {
        tar.update(piece);
        plainBytes += piece.length;
      };
      await using handle = await open(part, "w", 0o600);
      for await (const piece of packed(plain, { packing, effort }, see)) {
        signal.throwIfAborted();
        blob.update(piece);
        await handle.write(piece);
        bytes += piece.length;
        incoming().grow(piece);
      }
      if (`sha256:${tar.digest("hex")}` !== layer)
        throw new LayerLost(`the bytes of layer ${layer} are others`);
      const digest = blobDigest.parse(`sha256:${blob.digest("hex")}`);
      const noted = { layer, effort, digest, bytes, plainBytes };
      await writeFile(`${part}.json`, JSON.stringify(noted), { mode: 0o600 });
      await rename(part, file);
      await rename(`${part}.json`, `${file}.json`);
      return { ...noted, packing, file };
    } catch (thrown) {
      await rm(part, { force: true });
      await rm(`${part}.json`, { force: true });
      throw thrown;
    }
  }

  /** A blob whose bytes are not what they were is taken out. Whether it was sound. */
  async check({ file, digest }: Pick<Blob, "file" | "digest">): Promise<boolean> {
    if ((await digestOfFile(file)) === digest) return true;
    await rm(file, { force: true });
    await rm(`${file}.json`, { force: true });
    return false;
  }

  /** Lets go of what was not used longest, until the rest fits. */
  async trim(keep: ReadonlySet<DiffId>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const file = join(this.#folder, name);
        const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
        return { name, file, size, mtimeMs };
      }),
    );
    const dayAgo = this.#now().getTime() - 24 * 3600 * 1000;
    for (const { file } of found.filter(({ name, mtimeMs }) => name.includes(".part") && mtimeMs < dayAgo))
      await rm(file, { force: true }); // of a process that was killed
    const blobs = found
      .filter(({ name }) => /^[0-9a-f]{64}\.(zstd|gzip)$/.test(name))
      .sort((a, b) => a.mtimeMs - b.mtimeMs);
    let total = blobs.reduce((sum, { size }) => sum + size, 0);
    const kept = new Set([...keep].map(hexOf));
    for (const { name, file, size } of blobs) {
      if (total <= this.#limit) return;
      if (kept.has(name.slice(0, 64))) continue;
      await rm(file, { force: true });
      await rm(`${file}.json`, { force: true });
      total -= size;
    }
  }

  #fileOf(layer: DiffId, packing: Packing): string {
    return join(this.#folder, `${hexOf(layer)}.${packing}`);
  }
}

interface Filling {
  layer: DiffId;
  plain: AsyncIterable<Buffer>;
  packing: Packing;
  effort: Effort;
  file: string;
  part: string;
  signal: AbortSignal;
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(piece);
  return `sha256:${hash.digest("hex")}`;
}
