import { z } from "zod";
import { connect, findEndpoint, type Machine } from "../docker/index.ts";
import { buildRelease, keepProofs, prepare, ship, yardHere } from "../image/index.ts";
import { fault } from "../process/index.ts";
import { saveAndLoad } from "../server/index.ts";
import type { Site } from "./ground.ts";
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

/** Images built on this machine, sent to servers by the layers that they lack. */
export async function fromHere({ machine, folder, stage, state }: Here): Promise<Supply> {
  const yard = await yardHere(machine);
  const docker = await connect(findEndpoint(machine));
  const carry = saveAndLoad(machine);
  return {
    async build(architecture, task) {
      const built: Record<string, Built> = {};
      for (const { name, reference, config } of await buildRelease(
        yard,
        { machine, folder },
        { stage, architecture },
        task,
      )) {
        const { Config } = local.parse(await docker.getImage(reference).inspect());
        const { Entrypoint, Cmd } = Config;
        built[name] = {
          image: reference,
          digest: config,
          entrypoint: Entrypoint ?? [],
          command: Cmd ?? [],
        };
      }
      return built;
    },
    async ship({ image, digest }, sites, task) {
      const links = sites.map(({ link }) => link);
      await using shipment = await prepare(yard, { image, as: image }, links, task.signal);
      const proofs = await ship(yard, shipment, task);
      await keepProofs(state, proofs);
      const odd = proofs.find(({ config }) => config !== digest);
      if (odd) throw fault("image-differs", [odd.server, image, "its configuration is another"]);
      return image;
    },
    async fetch(image, { link, docker, architecture }, task) {
      if (await pulled(docker, image, task.signal)) return;
      await carry(link, { image, architecture }, task.signal);
    },
  };
}

async function pulled(docker: Site["docker"], image: string, signal: AbortSignal): Promise<boolean> {
  try {
    const stream = await docker.pull(image, { abortSignal: signal });
    await new Promise<void>((done, failed) =>
      docker.modem.followProgress(stream, (error: Error | null) => (error ? failed(error) : done())),
    );
    return true;
  } catch {
    if (signal.aborted) throw fault("cancelled", ["Fetching an image"]);
    return false;
  }
}
