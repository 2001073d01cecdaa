import type Docker from "dockerode";
import { fault } from "../process/index.ts";
import { dockerOn, type Link } from "../server/index.ts";
import type { BlobCache } from "./cache.ts";
import { type ConfigDigest, chainsOf } from "./digest.ts";
import { type Descriptor, layersKept } from "./source/containerd.ts";
import { savedSource } from "./source/saved.ts";
import { inspectImage, type LocalImage, openSource, type Source } from "./source/source.ts";
import { sweepStores } from "./source/store.ts";
import { engineOf, goName, heldBy, isMissing, type RemoteEngine } from "./there/engine.ts";
import { megabytes } from "./words.ts";
import type { Yard } from "./yard.ts";

/** One image to one server: what will be done, known before a byte is sent. */
export interface ServerPlan {
  server: string;
  link: Link;
  docker: Docker;
  engine: RemoteEngine;
  /** Something there has the name already; perhaps it is the image. */
  named: boolean;
  /** Places of the layers that the server has not, from the base up. */
  missing: number[];
  /** How those that it has lie in its store, where that matters. */
  kept: readonly Descriptor[];
  /** Bytes that will be sent; `about` where layers are not packed yet: then it is what they are at most. */
  bytes: number;
  about: boolean;
}

/** An image on its way to servers. */
export interface Shipment extends AsyncDisposable {
  image: LocalImage;
  /** What it is called on the servers. */
  as: string;
  source: Source;
  config: Awaited<ReturnType<Source["config"]>>;
  servers: ServerPlan[];
}

/** Looks at an image here and at what servers have of it. Nothing is sent. */
export async function prepare(
  { docker, cache, date }: Yard,
  { image: reference, as }: { image: string; as: string },
  links: readonly Link[],
  signal: AbortSignal,
): Promise<Shipment> {
  const looking = Promise.all(links.map((link) => look(link, signal)));
  looking.catch(() => {}); // what fails here is told first
  await sweepStores(docker, date());
  const image = await inspectImage(docker, reference, signal).catch((thrown: unknown) => {
    throw isMissing(thrown) ? fault("image-absent", [reference]) : thrown;
  });
  const { source, config } = await open(docker, image, signal);
  try {
    const chains: readonly string[] = chainsOf(image.layers);
    const servers = await Promise.all(
      (await looking).map(async ({ link, docker, engine, held }): Promise<ServerPlan> => {
        const { architecture } = image.platform;
        if (engine.architecture !== goName(architecture))
          throw fault("image-other-architecture", [
            link.target.name,
            engine.architecture,
            reference,
            architecture,
          ]);
        const has = chains.findLastIndex((chain) => held.chains.has(chain)) + 1;
        const kept = await keptLayers(docker, engine, held.chains.get(chains[has - 1] ?? ""), has, signal);
        const missing = [...image.layers.keys()].slice(kept?.length ?? has);
        const sizes = await Promise.all(missing.map((at) => bytesOf(cache, source, image, at)));
        return {
          ...{
            server: link.target.name,
            link,
            docker,
            engine,
            named: held.tags.has(as),
            missing,
            kept: kept ?? [],
          },
          bytes: sizes.reduce((sum, { bytes }) => sum + bytes, config.bytes.length),
          about: sizes.some(({ about }) => about),
        };
      }),
    );
    return { image, as, source, config, servers, [Symbol.asyncDispose]: () => dispose(source) };
  } catch (thrown) {
    await dispose(source);
    throw thrown;
  }
}

const dispose = async (source: Source) => source[Symbol.asyncDispose]();

async function look(link: Link, signal: AbortSignal) {
  const docker = await dockerOn(link);
  const [engine, held] = await Promise.all([engineOf(docker), heldBy(docker, signal)]);
  return { link, docker, engine, held };
}

/**
 * Of a server with containerd's store, how the layers lie there that it has: newer engines run only what is there byte by
 * byte. None where that cannot be seen: then all is sent. Undefined where it does not matter.
 */
async function keptLayers(
  docker: Docker,
  { store, root }: RemoteEngine,
  id: string | undefined,
  count: number,
  signal: AbortSignal,
): Promise<Descriptor[] | undefined> {
  if (store === "overlay2" || id === undefined) return undefined;
  try {
    const kept = await layersKept(docker, await inspectImage(docker, id, signal), root, signal);
    return kept.slice(0, count);
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

/** The engine's own store; where it lets nobody look, what it saves. */
async function open(docker: Docker, image: LocalImage, signal: AbortSignal) {
  try {
    const source = await openSource(docker, image, signal);
    try {
      return { source, config: await source.config() };
    } catch (thrown) {
      await source[Symbol.asyncDispose]();
      throw thrown;
    }
  } catch {
    signal.throwIfAborted();
    const source = savedSource(docker, image, signal);
    return { source, config: await source.config() };
  }
}

/** The digest of an image's configuration, which is its name everywhere. */
export async function configOf(
  docker: Docker,
  image: LocalImage,
  signal: AbortSignal,
): Promise<ConfigDigest> {
  const { source, config } = await open(docker, image, signal);
  await source[Symbol.asyncDispose]();
  return config.digest;
}

async function bytesOf(cache: BlobCache, source: Source, { layers }: LocalImage, at: number) {
  const layer = layers[at];
  const blob = layer && (await cache.find(layer));
  return blob ? { bytes: blob.bytes, about: false } : { bytes: await source.sizeOf(at), about: true };
}

/** "3.0 MB of 741 MB will be sent": what people are told of a plan. */
export function planSays({ bytes, about, missing }: ServerPlan, { bytes: all, layers }: LocalImage): string {
  if (missing.length === 0) return "all layers are there already";
  const amount = `${about ? "at most " : ""}${megabytes(bytes)} of ${megabytes(all)} will be sent`;
  return `${amount}: ${missing.length} of ${layers.length} layers`;
}

/** What one server would be sent of one image. */
export interface Sending {
  server: string;
  image: string;
  /** At most so many, where it is only about known. */
  bytes: number;
  about: boolean;
  layers: number;
  says: string;
}

/** What a shipment would send to each of its servers. */
export function sendingsOf({ as, image, servers }: Shipment): Sending[] {
  return servers.map((plan) => ({
    server: plan.server,
    image: as,
    bytes: plan.missing.length === 0 ? 0 : plan.bytes,
    about: plan.about,
    layers: plan.missing.length,
    says: planSays(plan, image),
  }));
}
