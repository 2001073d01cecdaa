import { fault, format, type RunningStep, type Task } from "../process/index.ts";
import { attempt } from "./attempt.ts";
import { LayerLost } from "./cache.ts";
import { Meter } from "./meter.ts";
import type { Effort } from "./packing.ts";
import type { Proof } from "./proof.ts";
import { planSays, type ServerPlan, type Shipment } from "./shipment.ts";
import { savedSource } from "./source/saved.ts";
import type { Source } from "./source/source.ts";
import { effortAt, speedOf } from "./speed.ts";
import { Supply } from "./supply.ts";
import { effortOf, lookAt } from "./there/folder.ts";
import { megabytes } from "./words.ts";
import type { Yard } from "./yard.ts";

/** From here on it is worth asking how fast a connection is. */
const large = 16e6;

/** Sends an image to the servers that lack it, to all at once. What one of them refuses does not stop the others. */
export async function ship(yard: Yard, shipment: Shipment, task: Task): Promise<Proof[]> {
  const { image, as, servers } = shipment;
  const effort = await effortFor(yard, shipment, task.signal);
  const give = (source: Source, wanted: ReadonlySet<number>) =>
    new Supply(wanted, {
      ...{ cache: yard.cache, source, layers: image.layers, effort },
      signal: task.signal,
    });
  await using supply = give(shipment.source, new Set(servers.flatMap(({ missing }) => missing)));
  const settled = await Promise.allSettled(
    servers.map((plan) =>
      task.step(
        {
          id: `ship/${plan.server}/${as}`,
          title: `Ship ${as} to ${plan.server}`,
          why: "Only layers that the server has not are sent, and what arrives is compared with what is here.",
          command: `docker save ${image.reference} | ${format({ program: "ssh", args: [plan.link.target.address, "docker load"] })}`,
        },
        (step) =>
          toServer(yard, shipment, plan, { supply, give, signal: task.signal }, step).catch(
            (thrown: unknown) => {
              throw task.signal.aborted ? fault("cancelled", ["Shipping"], { cause: thrown }) : thrown;
            },
          ),
      ),
    ),
  );
  await yard.cache.trim(new Set(image.layers));
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

interface Means {
  supply: Supply;
  give: (source: Source, wanted: ReadonlySet<number>) => Supply;
  signal: AbortSignal;
}

async function toServer(
  yard: Yard,
  shipment: Shipment,
  plan: ServerPlan,
  { supply, give, signal }: Means,
  step: RunningStep,
): Promise<Proof> {
  const { image, as } = shipment;
  const meter = new Meter(step, yard.now);
  const missing = new Set(plan.missing);
  const all = new Set(image.layers.keys());
  const from = yard.now();
  let full = false;
  const of = { yard, shipment, plan, meter, signal };
  let difference = await attempt({ ...of, supply, included: missing }).catch(async (thrown) => {
    if (!(thrown instanceof LayerLost) || signal.aborted) throw thrown;
    // the engine's own store holds something else than it says: it may still save it
    await using source = savedSource(yard.docker, image, signal);
    await using other = give(source, missing);
    // awaited here: what it is supplied with goes when this is left
    return await attempt({ ...of, supply: other, included: missing }).catch((again: unknown) => {
      throw again instanceof LayerLost
        ? fault("layers-unreadable", [image.reference, again.message], { cause: again })
        : again;
    });
  });
  if (difference !== undefined && missing.size < all.size) {
    full = true;
    step.line({
      from: "stderr",
      text: `It is sent in full, for without what ${plan.server} has it did not arrive: ${difference}`,
    });
    await using whole = give(shipment.source, all);
    difference = await attempt({ ...of, supply: whole, included: all });
  }
  if (difference !== undefined) throw fault("image-differs", [plan.server, as, difference]);
  const seconds = (yard.now() - from) / 1000;
  step.says(
    meter.sent === 0
      ? planSays({ ...plan, missing: [] }, image)
      : `${megabytes(meter.sent)} of ${megabytes(image.bytes)} sent in ${seconds.toFixed(1)} s, and compared`,
  );
  return {
    server: plan.server,
    reference: as,
    config: shipment.config.digest,
    layers: image.layers,
    engine: plan.engine,
    at: yard.date().toISOString(),
    sent: meter.sent,
    full,
  };
}

/**
 * As the slowest of those servers wants it who get much, for packing is done once for all. What has begun to arrive
 * somewhere goes on as it was begun.
 */
async function effortFor({ now }: Yard, { servers, image }: Shipment, signal: AbortSignal): Promise<Effort> {
  const asked = servers.filter(({ bytes, about }) => about && bytes > large);
  const folders = await Promise.all(asked.map(({ link }) => lookAt(link, signal)));
  for (const folder of folders) {
    const begun = effortOf(folder, image.layers);
    if (begun) return begun;
  }
  const speeds = await Promise.all(asked.map(({ link }) => speedOf(link, now, signal)));
  return speeds.length === 0 ? "quick" : effortAt(Math.min(...speeds));
}
