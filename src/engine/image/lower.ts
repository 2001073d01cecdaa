import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import { Fault } from "../process/index.ts";
import { type Contents, partsOf } from "./archive.ts";
import { lowerName, sweepLower } from "./arriving.ts";
import { type ConfigDigest, configDigest, type DiffId, digestOf } from "./digest.ts";
import type { Part } from "./there/load.ts";

/** Bytes of layers, below which a load of its own costs more than it saves. */
const worth = 64e6;
/** How long a load that nobody needs any more is waited for: what it makes is to go, too. */
const patienceMs = 30_000;

/** Layers as they arrive, and what loads an archive that is made of them. */
export interface Arriving {
  contents: Contents;
  /** By their places, from the base up. */
  arrivals: ReadonlyMap<number, Promise<Part>>;
  sizeOf(at: number): Promise<number>;
  load(parts: AsyncIterable<Part>, signal: AbortSignal): Promise<void>;
  signal: AbortSignal;
}

/**
 * The lower layers of an image, unpacked by the server's engine while the upper ones are still on their way: the load of
 * the whole then finds them there. Until it is over a name of their own holds them, by which nothing can be released.
 */
export class Lower implements AsyncDisposable {
  readonly #docker: Docker;
  readonly #config: ConfigDigest;
  readonly #date: () => Date;
  #loading: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(docker: Docker, config: ConfigDigest, date: () => Date) {
    [this.#docker, this.#config, this.#date] = [docker, config, date];
  }

  /** So many layers are unpacked, from the base up. */
  get count(): number {
    return this.#count;
  }

  /**
   * Loads what has arrived whenever that is much, and much is still to come. That a server is full is said at once; all
   * else is left to the load of the whole, which needs nothing of this.
   */
  async follow(on: Arriving): Promise<void> {
    try {
      await this.#follow(on);
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === "server-full") throw thrown;
    }
  }

  async #follow(on: Arriving): Promise<void> {
    const { arrivals, sizeOf, signal } = on;
    const arrived = new Set<number>();
    for (const [at, arrival] of arrivals) void arrival.then(() => arrived.add(at)).catch(() => {}); // it is awaited below
    const places = [...arrivals.keys()];
    const sizes = await Promise.all(places.map(sizeOf));
    let [here, toCome] = [0, sizes.reduce((sum, size) => sum + size, 0)];
    await this.#loading;
    for (const [turn, at] of places.entries()) {
      await arrivals.get(at);
      const size = sizes[turn] ?? 0;
      [here, toCome] = [here + size, toCome - size];
      if (toCome < worth) return;
      const next = places[turn + 1];
      if (here < worth || next === undefined || arrived.has(next) || next <= this.#count) continue;
      signal.throwIfAborted();
      this.#loading = this.#load(next, on).catch((thrown: unknown) => thrown);
      const failure = await this.#loading;
      if (failure !== undefined) throw failure;
      here = 0;
    }
  }

  /** Is not cut short: the engine would go on with what it was given, and name it when nobody looks any more. */
  async #load(count: number, { contents, arrivals, load }: Arriving): Promise<void> {
    const bytes = lowerConfig(contents.config.bytes, count);
    const lower: Contents = {
      config: { bytes, digest: configDigest.parse(digestOf(bytes)) },
      layers: contents.layers.slice(0, count),
      layerAt: contents.layerAt,
      reference: lowerName(this.#config, this.#date()),
    };
    const failed = new AbortController();
    try {
      await load(partsOf(lower, new Set(arrivals.keys()), arrivals), failed.signal);
      this.#count = count;
    } catch (thrown) {
      failed.abort();
      throw thrown;
    }
  }

  /** Nothing of it stays, nor of those who were killed over the same image: what is still being loaded is waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    const over = new AbortController();
    const limit = setTimeout(patienceMs, undefined, { signal: over.signal }).catch(() => {});
    await Promise.race([this.#loading, limit]);
    over.abort();
    await sweepLower(this.#docker, this.#config).catch(() => {}); // the server may be away: the next one sweeps
  }
}

/** A configuration of the lower layers alone: nothing of the image is in it but what its engine must know. */
function lowerConfig(whole: Buffer, count: number): Buffer {
  const { architecture, os, variant, rootfs } = JSON.parse(whole.toString()) as Platform & {
    rootfs: { type: string; diff_ids: DiffId[] };
  };
  const lower = { ...rootfs, diff_ids: rootfs.diff_ids.slice(0, count) };
  return Buffer.from(JSON.stringify({ architecture, os, variant, config: {}, rootfs: lower }));
}

interface Platform {
  architecture: string;
  os: string;
  variant?: string;
}
