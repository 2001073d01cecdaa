import { type BlobCache, LayerLost } from "./cache.ts";
import type { DiffId } from "./digest.ts";
import { Incoming } from "./incoming.ts";
import type { Effort } from "./packing.ts";
import type { Source } from "./source/source.ts";

/** What goes wrong with the source, told from what goes wrong with the disk. */
async function* plainly(layer: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* layer;
  } catch (thrown) {
    throw new LayerLost(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
  }
}

interface Options {
  cache: BlobCache;
  source: Source;
  layers: readonly DiffId[];
  effort: Effort;
  signal: AbortSignal;
}

/** Layers for all who want them: each is read and packed once, one after the other, from the base up. */
export class Supply implements AsyncDisposable {
  readonly #wanted = new Map<DiffId, Promise<Incoming>>();
  readonly #over = new AbortController();
  readonly #done: Promise<void>;

  constructor(wanted: ReadonlySet<number>, options: Options) {
    const signal = AbortSignal.any([options.signal, this.#over.signal]);
    let before: Promise<unknown> = Promise.resolve();
    for (const at of [...wanted].sort((a, b) => a - b)) {
      const layer = options.layers[at];
      if (layer === undefined || this.#wanted.has(layer)) continue;
      const turn = before;
      const incoming = this.#begin(at, layer, turn, { ...options, signal });
      this.#wanted.set(layer, incoming);
      incoming.catch(() => {}); // whoever wants it hears of it
      before = incoming.then(({ done }) => done);
      before.catch(() => {});
    }
    this.#done = before.then(
      () => {},
      () => {},
    );
  }

  async #begin(
    at: number,
    layer: DiffId,
    turn: Promise<unknown>,
    { cache, source, effort, signal }: Options,
  ): Promise<Incoming> {
    const known = await cache.find(layer);
    if (known) return Incoming.of(known);
    await turn;
    signal.throwIfAborted();
    return cache.add(layer, plainly(source.layer(at)), effort, signal);
  }

  /** A layer, as soon as its first bytes are there. */
  get(layer: DiffId): Promise<Incoming> {
    return this.#wanted.get(layer) ?? Promise.reject(new Error(`layer ${layer} was not asked for`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#done;
  }
}
