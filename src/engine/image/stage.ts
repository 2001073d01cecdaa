import { localStatus, onStage, wrongProfile } from "../blueprint/index.ts";
import type { Here } from "../environment/index.ts";
import type { Task } from "../process/index.ts";
import type { Service } from "../profile/index.ts";
import { dockerOn, type Link } from "../server/index.ts";
import { buildPlace } from "./buildPlace.ts";
import { cleanUp } from "./cleanUp.ts";
import { fetchOn } from "./fetch.ts";
import { architectureOf } from "./platforms.ts";
import type { Proof } from "./proof.ts";
import { buildRelease } from "./release.ts";
import { ship } from "./ship.ts";
import { prepare, type Sending, type Shipment, sendingsOf } from "./shipment.ts";
import type { Yard } from "./yard.ts";

interface StageShipping extends Pick<Here, "machine" | "folder"> {
  stage: string;
  links: readonly Link[];
  yard: Yard;
  /** Told what would be sent before a byte is; false ends it there. */
  agree(sendings: readonly Sending[]): Promise<boolean>;
}

/** Builds what is released of a project for a stage, and brings it to the stage's servers; nothing that runs is changed. */
export async function shipStage(
  { machine, folder, stage, links, yard, agree }: StageShipping,
  task: Task,
): Promise<Proof[]> {
  const found = await localStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  const { name, stages, services } = onStage(found.profile, stage);
  const { keep = 5, build = "here" } = stages[stage] ?? {};
  await using place = await buildPlace(build, { yard, machine }, links[0]);
  const [first] = links;
  const architecture = first && (await architectureOf(await dockerOn(first)));
  const images = await buildRelease(
    place.yard,
    { machine: place.machine, folder },
    { stage, ...(architecture ? { architecture } : {}) },
    task,
  );
  const shipments: Shipment[] = [];
  try {
    for (const { reference } of images)
      shipments.push(await prepare(place.yard, { image: reference, as: reference }, links, task.signal));
    if (!(await agree(shipments.flatMap(sendingsOf)))) return [];
    const proofs: Proof[] = [];
    for (const shipment of shipments) proofs.push(...(await ship(place.yard, shipment, task)));
    proofs.push(...(await fetchServices(yard, links[0], Object.values(services), task)));
    const repositories = images.map((image) => `${name}-${image.name}`);
    await clean(shipments, { repositories, keep, spare: images.map(({ reference }) => reference) }, task);
    return proofs;
  } finally {
    await Promise.all(shipments.map((shipment) => shipment[Symbol.asyncDispose]()));
  }
}

/** Databases and the like run on one server, which has their volumes: the first. */
async function fetchServices(
  yard: Yard,
  first: Link | undefined,
  services: readonly Service[],
  task: Task,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const image of new Set(services.map(({ image }) => image)))
    if (first) proofs.push(...(await fetchOn(yard, first, image, task)));
  return proofs;
}

/** Disks of servers fill up with what was shipped before; what may be gone back to stays. */
async function clean(
  [first]: readonly Shipment[],
  { repositories, keep, spare }: { repositories: string[]; keep: number; spare: string[] },
  task: Task,
): Promise<void> {
  const plan = {
    id: "clean-up",
    title: "Old images",
    why: `The last ${keep} of each stay, to go back to, and whatever runs; older ones only fill the disk.`,
    command: "docker image rm",
  };
  await task.step(plan, async (step) => {
    const gone = (first?.servers ?? []).flatMap(({ docker }) =>
      repositories.map((repository) => cleanUp(docker, { repository, keep, spare }, task.signal)),
    );
    const names = (await Promise.all(gone)).flat();
    step.says(names.length === 0 ? "none to remove" : `removed ${[...new Set(names)].join(", ")}`);
  });
}
