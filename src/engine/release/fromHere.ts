import { z } from "zod";
import type { Machine } from "../docker/index.ts";
import {
  buildPlace,
  buildRelease,
  fetchOn,
  fetchSending,
  keepProofs,
  prepare,
  type Sending,
  sendingsOf,
  ship,
  yardHere,
  yardOn,
} from "../image/index.ts";
import { fault } from "../process/index.ts";
import type { Built, Supply } from "./supply.ts";

interface Here {
  machine: Machine;
  /** The project's folder. */
  folder: string;
  stage: string;
  /** Where this user keeps proofs of what was shipped. */
  state: string;
}

const local = z.object({
  Config: z.object({ Entrypoint: z.array(z.string()).nullish(), Cmd: z.array(z.string()).nullish() }),
});

/** Images built on this machine, or led from here on a server, and sent to servers by the layers that they lack. */
export async function fromHere({ machine, folder, stage, state }: Here): Promise<Supply> {
  const yard = await yardHere(machine);
  return {
    async build(first, on, task) {
      await using place = await buildPlace(on, { yard, machine }, first.link);
      const built: Record<string, Built> = {};
      for (const { name, reference, config } of await buildRelease(
        place.yard,
        { machine: place.machine, folder },
        { stage, architecture: first.architecture },
        task,
      )) {
        const { Config } = local.parse(await place.yard.docker.getImage(reference).inspect());
        const { Entrypoint, Cmd } = Config;
        built[name] = {
          ...{ image: reference, on, digest: config },
          entrypoint: Entrypoint ?? [],
          command: Cmd ?? [],
        };
      }
      return built;
    },
    async ship({ image, on, digest }, sites, task) {
      const links = sites.map(({ link }) => link);
      const from = on === "here" ? yard : await yardOn(yard, sites[0].link);
      await using shipment = await prepare(from, { image, as: image }, links, task.signal);
      const proofs = await ship(from, shipment, task);
      await keepProofs(state, proofs);
      const odd = proofs.find(({ config }) => config !== digest);
      if (odd) throw fault("image-differs", [odd.server, image, "its configuration is another"]);
      return image;
    },
    async fetch(image, { link }, task) {
      await keepProofs(state, await fetchOn(yard, link, image, task));
    },
    async sendings(built, fetched, sites, signal) {
      const links = sites.map(({ link }) => link);
      const all: Sending[] = [];
      for (const { image, on } of built) {
        const from = on === "here" ? yard : await yardOn(yard, sites[0].link);
        await using shipment = await prepare(from, { image, as: image }, links, signal);
        all.push(...sendingsOf(shipment));
      }
      for (const { image, to } of fetched) {
        const sending = await fetchSending(yard, to.link, image, signal);
        if (sending) all.push(sending);
      }
      return all;
    },
  };
}
