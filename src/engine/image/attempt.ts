import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Fault, fault } from "../process/index.ts";
import { archiveOf, type Contents, manifestOf } from "./archive.ts";
import { LayerLost } from "./cache.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { Meter } from "./meter.ts";
import { packing } from "./packing.ts";
import type { ServerPlan, Shipment, Yard } from "./shipment.ts";
import type { Supply } from "./supply.ts";
import { type Folder, inFolder, lookAt } from "./there/folder.ts";
import { loadDirectly, loadThere, type Part } from "./there/load.ts";
import { roomFault } from "./there/room.ts";
import { upload } from "./there/upload.ts";
import { differenceOf } from "./there/verify.ts";

/** Below this all goes in one request; above it layers are kept where they arrive, and an interruption costs little. */
const small = 4e6;
/** What may turn out to be small once it is packed. */
const perhapsSmall = 32e6;
/** A layer that is sent within the archive. */
const tiny = 256e3;

export interface Attempt {
  yard: Yard;
  shipment: Shipment;
  plan: ServerPlan;
  supply: Supply;
  /** Places of the layers that are sent. */
  included: ReadonlySet<number>;
  meter: Meter;
  signal: AbortSignal;
}

/** Sends, loads under a name of its own, compares, and only then calls it what it is. Answers what is wrong with it. */
export async function attempt(wanted: Attempt): Promise<string | undefined> {
  const { shipment, plan, supply, included, signal } = wanted;
  const { docker, engine, server } = plan;
  const { image, as, config, source } = shipment;
  const temporary = `sistership-arriving:${hexOf(config.digest).slice(0, 12)}-${randomBytes(4).toString("hex")}`;
  const contents: Contents = {
    ...{ config, layers: image.layers, reference: temporary },
    sizeOf: async (at) => {
      const layer = image.layers[at];
      if (layer !== undefined && included.has(at)) return (await (await supply.get(layer)).done).plainBytes;
      return engine.store === "containerd" ? source.sizeOf(at) : 0; // the other store does not look at it
    },
  };
  const compare = async (name: string) => {
    const manifest = () => manifestOf(contents);
    return differenceOf(docker, engine, name, { config: config.digest, layers: image.layers, manifest }, signal);
  };
  if (plan.named && (await compare(as)) === undefined) return undefined;
  try {
    await deliver(wanted, contents);
    const difference = await compare(temporary);
    const colon = as.lastIndexOf(":");
    if (difference === undefined)
      await docker.getImage(temporary).tag({ repo: as.slice(0, colon), tag: as.slice(colon + 1) });
    return difference;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code !== "program-failed") throw thrown;
    if (thrown instanceof LayerLost || signal.aborted) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    if (included.size < image.layers.length) return reason; // the whole may be taken where a part was not
    throw fault("image-refused", [server, as, reason], { cause: thrown });
  } finally {
    await docker
      .getImage(temporary)
      .remove({ noprune: true })
      .catch(() => {}); // it may not have come to be
  }
}

async function deliver(wanted: Attempt, contents: Contents): Promise<void> {
  const { plan, shipment, included, supply, signal, meter } = wanted;
  if (plan.bytes <= perhapsSmall && (await packedBytes(wanted)) <= small) {
    const parts = partsOf(contents, included, async (at) => {
      const { layer, incoming } = await layerAt(wanted, at);
      const packed = await bytesOf(wanted, at);
      meter.layer(layer, packed.length, incoming.done.then(({ bytes }) => bytes)).sent(packed.length);
      return { packed };
    });
    return loadDirectly(plan.docker, parts, packing(), signal);
  }
  const folder = await lookAt(plan.link, signal);
  const needs = await roomFor(wanted);
  if (folder.free < needs) throw await roomFault(plan.link, folder, needs, signal);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const arrivals = arriveInTurn({ ...wanted, signal: either }, folder);
  try {
    const parts = partsOf(contents, included, (at) => arrivals.get(at) ?? Promise.reject(new LayerLost("")));
    await loadThere(plan.link, folder, parts, packing(), () => needs, either);
    const names = shipment.image.layers.map(nameOf);
    await plan.link.run(inFolder(folder, 'rm -f -- "$@"', ...names), { signal });
  } finally {
    failed.abort();
    await Promise.allSettled(arrivals.values());
  }
}

async function* partsOf(
  contents: Contents,
  included: ReadonlySet<number>,
  layer: (at: number) => Promise<Part>,
): AsyncGenerator<Part> {
  for await (const piece of archiveOf(contents, included)) yield "bytes" in piece ? piece : await layer(piece.layer);
}

const nameOf = (layer: string) => `${hexOf(layer)}.${packing()}`;

/** Layers go over the line one after the other; while one is looked at there, the next is on its way. */
function arriveInTurn(wanted: Attempt, folder: Folder): Map<number, Promise<Part>> {
  const arrivals = new Map<number, Promise<Part>>();
  const begun = new Set<string>();
  let turn = Promise.resolve();
  for (const at of [...wanted.included].sort((a, b) => a - b)) {
    const layer = wanted.shipment.image.layers[at];
    if (layer === undefined || begun.has(layer)) continue;
    begun.add(layer);
    const mine = turn;
    let passOn = () => {};
    turn = new Promise((resolve) => {
      passOn = resolve;
    });
    const arrived = mine.then(() => arrive(wanted, folder, at, passOn)).finally(passOn);
    arrived.catch(() => {}); // the archive waits for it, and says so
    arrivals.set(at, arrived);
  }
  return arrivals;
}

async function arrive(wanted: Attempt, folder: Folder, at: number, onSent: () => void): Promise<Part> {
  const { plan, yard, meter, signal, shipment } = wanted;
  const { layer, incoming } = await layerAt(wanted, at);
  const exact = incoming.done.then(({ bytes }) => bytes);
  const counted = meter.layer(layer.slice(0, 19), await shipment.source.sizeOf(at), exact);
  if (incoming.bytes !== undefined && incoming.bytes <= tiny) {
    const packed = await bytesOf(wanted, at);
    counted.sent(packed.length);
    return { packed };
  }
  const name = nameOf(layer);
  await upload({
    ...{ link: plan.link, folder, name, blob: incoming, cache: yard.cache, meter: counted, onSent, signal },
  });
  return { file: name };
}

async function layerAt({ shipment, supply }: Attempt, at: number) {
  const layer = shipment.image.layers[at];
  if (layer === undefined) throw new LayerLost(`there is no layer ${at}`);
  return { layer, incoming: await supply.get(layer) };
}

/** A small layer as it is in the cache, checked. */
async function bytesOf(wanted: Attempt, at: number): Promise<Buffer> {
  const { incoming, layer } = await layerAt(wanted, at);
  const blob = await incoming.done;
  const bytes = await readFile(blob.file);
  if (digestOf(bytes) === blob.digest) return bytes;
  await wanted.yard.cache.check(blob);
  throw new LayerLost(`layer ${layer} was damaged in the cache`);
}

async function packedBytes(wanted: Attempt): Promise<number> {
  const blobs = [...wanted.included].map(async (at) => (await (await layerAt(wanted, at)).incoming.done).bytes);
  return (await Promise.all(blobs)).reduce((sum, bytes) => sum + bytes, 0);
}

/** What arrives, and what the engine makes of it: it unpacks the archive beside the layers first. */
async function roomFor({ included, shipment: { source } }: Attempt): Promise<number> {
  const sizes = await Promise.all([...included].map((at) => source.sizeOf(at)));
  return sizes.reduce((sum, bytes) => sum + bytes, 0) * 2.5;
}
