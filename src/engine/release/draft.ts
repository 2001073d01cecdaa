import { fault } from "../process/index.ts";
import type { Stage } from "../profile/index.ts";
import { serviceName } from "./place.ts";
import type { Draft, Source } from "./record.ts";
import type { Ingredients } from "./spec/part.ts";
import { processSpec } from "./spec/process.ts";

/** What Swarm and DNS take as a name. */
const longest = 63;

/** The release that a profile asks for on a stage. Pure: the same ingredients give the same release. */
export function draft(
  stage: Stage,
  ingredients: Ingredients,
  { number, source }: { number: number; source: Source },
): Draft {
  const { place, profile, images } = ingredients;
  const processes = Object.values(profile.processes);
  for (const { name } of processes) {
    const service = serviceName(place, name);
    if (service.length > longest) throw fault("name-too-long", [service, longest]);
  }
  return {
    ...place,
    number,
    images: Object.fromEntries(
      Object.entries(images).map(([name, { digest, reference }]) => [name, { digest, reference }]),
    ),
    processes: Object.fromEntries(
      processes.map((process) => [
        process.name,
        processSpec(process, stage, { ...ingredients, release: number }),
      ]),
    ),
    services: Object.fromEntries(Object.values(profile.services).map(({ name, image }) => [name, image])),
    ...(profile.release ? { release: profile.release } : {}),
    servers: stage.servers,
    source,
  };
}
