import type { Machine } from "../docker/index.ts";
import type { Stage } from "../profile/index.ts";
import { dockerOn, doorTo, type Link } from "../server/index.ts";
import type { Yard } from "./yard.ts";

/** An engine that builds, and what its images are shipped from. */
export interface BuildPlace extends AsyncDisposable {
  yard: Yard;
  /** For programs that build: the engine is where this machine says. */
  machine: Machine;
}

/**
 * Where the images of a stage are built: on this machine, or on the first of its servers, whose engine is led here for as
 * long as it takes. The source goes there as it changes, and images go from there to the other servers, through us.
 */
export async function buildPlace(
  where: Stage["build"],
  { yard, machine }: { yard: Yard; machine: Machine },
  first: Link | undefined,
): Promise<BuildPlace> {
  if (where === "here" || first === undefined)
    return { yard, machine, [Symbol.asyncDispose]: async () => {} };
  const door = await doorTo(first, machine.platform);
  return {
    yard: await yardOn(yard, first),
    machine: {
      ...machine,
      // a builder or a context that was chosen here is not the server's
      env: { ...machine.env, DOCKER_HOST: door.host, DOCKER_CONTEXT: undefined, BUILDX_BUILDER: undefined },
    },
    [Symbol.asyncDispose]: () => Promise.resolve(door[Symbol.asyncDispose]()),
  };
}

/** The same, with the images of a server. */
export async function yardOn(yard: Yard, link: Link): Promise<Yard> {
  return { ...yard, docker: await dockerOn(link) };
}
