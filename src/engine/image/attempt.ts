import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { Fault, fault } from "../process/index.ts";
import { type Contents, manifestOf, mediaTypes, partsOf } from "./archive.ts";
import { arrivingName } from "./arriving.ts";
import { LayerLost } from "./cache.ts";
import { digestOf, hexOf } from "./digest.ts";
import { Lower } from "./lower.ts";
import type { Meter } from "./meter.ts";
import type { ServerPlan, Shipment } from "./shipment.ts";
import type { Supply } from "./supply.ts";
import { arrivalName, type Folder, inFolder, lookAt } from "./there/folder.ts";
import { loadDirectly, loadThere, type Part } from "./there/load.ts";
import { roomFault } from "./there/room.ts";
import { upload } from "./there/upload.ts";
import { differenceOf } from "./there/verify.ts";
import type { Yard } from "./yard.ts";

/** Below this all goes in one request; above it layers are kept where they arrive, and an interruption costs little. */
const small = 4e6;
/** What may turn out to be small once it is packed. */
const perhapsSmall = 32e6;
/** A layer that is sent within the archive. */
const tiny = 256e3;

/** How long after it is tried again, and how long at most while nothing arrives: a server that boots anew is waited for. */
const restsMs = [500, 1_000, 2_000, 5_000];
const patienceMs = 90_000;

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
  const { yard, shipment, plan, included, signal } = wanted;
  const { docker, engine, server } = plan;
  const { image, as, config } = shipment;
  const temporary = arrivingName(config.digest, yard.date());
  const contents: Contents = {
    ...{ config, layers: image.layers, reference: temporary },
    layerAt: async (at) => {
      const { layer, incoming } = await layerAt(wanted, at);
      if (!incoming) return plan.kept[at] ?? { digest: layer, size: 0, mediaType: mediaTypes.plain };
      const { digest, bytes, packing } = await incoming.done;
      return { digest, size: bytes, mediaType: mediaTypes[packing] };
    },
  };
  const compare = async (name: string) => {
    const manifest = () => manifestOf(contents);
    return differenceOf(
      docker,
      engine,
      name,
      { config: config.digest, layers: image.layers, manifest },
      signal,
    );
  };
  if (plan.named && (await compare(as)) === undefined) return undefined;
  const lower = new Lower(docker, config.digest, yard.date);
  try {
    await persist(wanted, () => deliver(wanted, contents, lower));
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
    const arrived = docker.getImage(temporary).remove({ noprune: true });
    await Promise.allSettled([arrived, lower[Symbol.asyncDispose]()]); // it may not have come to be
  }
}

/** Over and over while something arrives in between: a connection that was lost comes about anew, and only the rest is sent. */
async function persist({ yard, meter, signal }: Attempt, work: () => Promise<void>): Promise<void> {
  let [since, sent, tries] = [yard.now(), meter.sent, 0];
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (meter.sent - sent > tiny) [since, sent, tries] = [yard.now(), meter.sent, 0];
      if (signal.aborted || !isLost(thrown) || yard.now() - since > patienceMs) throw thrown;
      await setTimeout(restsMs[tries++] ?? restsMs.at(-1), undefined, { signal });
    }
  }
}

const lost: readonly string[] = ["connection-lost", "server-unreachable", "sending-stalled"];
const isLost = (thrown: unknown) => thrown instanceof Fault && lost.includes(thrown.code);

async function deliver(wanted: Attempt, contents: Contents, lower: Lower): Promise<void> {
  const { plan, shipment, included, signal } = wanted;
  if (plan.bytes <= perhapsSmall && (await packedBytes(wanted)) <= small)
    return loadDirectly(plan.docker, partsOf(contents, included, inOneGo(wanted)), signal);
  const folder = await lookAt(plan.link, signal);
  const needs = await roomFor(wanted);
  if (folder.free < needs) throw await roomFault(plan.link, folder, needs, signal);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const arrivals = arriveInTurn({ ...wanted, signal: either }, folder);
  const load = (parts: AsyncIterable<Part>, until: AbortSignal) =>
    loadThere(plan.link, folder, parts, needs, until);
  const { sizeOf } = shipment.source;
  try {
    // before it is loaded: where sshd allows few sessions, the one must not hold what the other waits for
    const [arrived] = await Promise.all([
      Promise.all(arrivals.values()),
      lower.follow({ contents, arrivals, sizeOf, load, signal: either }),
    ]);
    await loadRest(wanted, lower.count, (places) => load(partsOf(contents, places, arrivals), either));
    const files = arrived.flatMap((part) => ("file" in part ? [part.file] : []));
    await plan.link.run(inFolder(folder, 'rm -f -- "$@"', ...files), { signal });
  } finally {
    failed.abort();
    await Promise.allSettled(arrivals.values());
  }
}

/** Loads the whole without what is unpacked already, where the engine looks by layers alone; else all that has arrived. */
async function loadRest(
  { included, plan }: Attempt,
  unpacked: number,
  load: (places: ReadonlySet<number>) => Promise<void>,
): Promise<void> {
  const rest = new Set([...included].filter((at) => at >= unpacked));
  if (unpacked > 0 && plan.engine.store === "overlay2")
    try {
      return await load(rest);
    } catch (thrown) {
      if (!(thrown instanceof Fault && thrown.code === "program-failed")) throw thrown; // they were swept by another
    }
  await load(included);
}

/** What arrives of each place, from the base up; a layer that comes again is sent once. */
function eachOnce({ included, shipment: { image } }: Attempt, send: (at: number) => Promise<Part>) {
  const begun = new Map<string, Promise<Part>>();
  const arrivals = new Map<number, Promise<Part>>();
  for (const at of [...included].sort((a, b) => a - b)) {
    const layer = image.layers[at] ?? "";
    const part = begun.get(layer) ?? send(at);
    part.catch(() => {}); // the archive waits for it, and says so
    begun.set(layer, part);
    arrivals.set(at, part);
  }
  return arrivals;
}

/** Layers that are sent within the archive. */
function inOneGo(wanted: Attempt): Map<number, Promise<Part>> {
  return eachOnce(wanted, async (at) => {
    const bytes = await bytesOf(wanted, at);
    wanted.meter.layer(shortOf(wanted.shipment, at), bytes.length).sent(bytes.length);
    return { bytes };
  });
}

const shortOf = ({ image }: Shipment, at: number) => hexOf(image.layers[at] ?? "").slice(0, 12);

/** Layers go over the line one after the other; while one is looked at there, the next is on its way. */
function arriveInTurn(wanted: Attempt, folder: Folder): Map<number, Promise<Part>> {
  let turn = Promise.resolve();
  return eachOnce(wanted, (at) => {
    const mine = turn;
    let passOn = () => {};
    turn = new Promise((resolve) => {
      passOn = resolve;
    });
    return mine.then(() => arrive(wanted, folder, at, passOn)).finally(passOn);
  });
}

async function arrive(wanted: Attempt, folder: Folder, at: number, onSent: () => void): Promise<Part> {
  const { plan, yard, meter, signal, shipment } = wanted;
  const { layer, incoming } = await layerAt(wanted, at);
  if (incoming === undefined) throw new LayerLost(`layer ${layer} was not asked for`);
  const counted = meter.layer(shortOf(shipment, at), await shipment.source.sizeOf(at));
  void incoming.done.then(({ bytes }) => counted.is(bytes)).catch(() => {}); // whoever sends it says so
  if (incoming.bytes !== undefined && incoming.bytes <= tiny) {
    const bytes = await bytesOf(wanted, at);
    counted.sent(bytes.length);
    return { bytes };
  }
  const name = arrivalName(layer, incoming.effort);
  await upload({
    ...{ link: plan.link, folder, name, blob: incoming, meter: counted, onSent, signal },
    ...{ cache: yard.cache, stallMs: yard.stallMs },
  });
  return { file: name };
}

/** A layer by its place, and its bytes if they are to be sent. */
async function layerAt({ shipment, supply, included }: Attempt, at: number) {
  const layer = shipment.image.layers[at];
  if (layer === undefined) throw new LayerLost(`there is no layer ${at}`);
  return { layer, incoming: included.has(at) ? await supply.get(layer) : undefined };
}

/** A small layer as it is in the cache, checked. */
async function bytesOf(wanted: Attempt, at: number): Promise<Buffer> {
  const { incoming, layer } = await layerAt(wanted, at);
  const blob = await incoming?.done;
  if (blob === undefined) throw new LayerLost(`layer ${layer} was not asked for`);
  const bytes = await readFile(blob.file);
  if (digestOf(bytes) === blob.digest) return bytes;
  await wanted.yard.cache.check(blob);
  throw new LayerLost(`layer ${layer} was damaged in the cache`);
}

async function packedBytes(wanted: Attempt): Promise<number> {
  const blobs = [...wanted.included].map(
    async (at) => (await (await layerAt(wanted, at)).incoming?.done)?.bytes ?? 0,
  );
  return (await Promise.all(blobs)).reduce((sum, bytes) => sum + bytes, 0);
}

/** What arrives, and what the engine makes of it: it unpacks the archive beside the layers first. */
async function roomFor({ included, shipment: { source } }: Attempt): Promise<number> {
  const sizes = await Promise.all([...included].map((at) => source.sizeOf(at)));
  return sizes.reduce((sum, bytes) => sum + bytes, 0) * 2.5;
}
