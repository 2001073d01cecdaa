import type Docker from "dockerode";
import { Fault, fault, type Task } from "../process/index.ts";
import { dockerOn, type Link } from "../server/index.ts";
import type { Proof } from "./proof.ts";
import { ship } from "./ship.ts";
import { prepare, type Sending, sendingsOf } from "./shipment.ts";
import { isMissing } from "./there/engine.ts";
import type { Yard } from "./yard.ts";

/** Brings an image of others to a server that has it not: fetched there, or else sent from here, by its layers. */
export async function fetchOn(yard: Yard, link: Link, image: string, task: Task): Promise<Proof[]> {
  const server = link.target.name;
  const docker = await dockerOn(link);
  const plan = {
    id: `fetch/${server}/${image}`,
    title: `Fetch ${image} on ${server}`,
    why: "Where the server reaches no registry, it is sent from here.",
    command: `ssh ${link.target.address} docker pull ${image}`,
  };
  if (await has(docker, image)) {
    task.skip(plan, "there already");
    return [];
  }
  const fetched = await task.step(plan, async (step) => {
    const refused = await pull(docker, image, task.signal);
    if (refused !== undefined) step.says("it reaches no registry that has it: it is sent from here");
    return refused === undefined;
  });
  return fetched ? [] : send(yard, link, image, task);
}

/** What bringing it there would send, told before a byte is. Undefined where it is there already. */
export async function fetchSending(
  yard: Yard,
  link: Link,
  image: string,
  signal: AbortSignal,
): Promise<Sending | undefined> {
  if (await has(await dockerOn(link), image)) return undefined;
  const fetched = "it is fetched there; where no registry is reached,";
  const about = { server: link.target.name, image, bytes: 0, about: true, layers: 0 };
  if (image.includes("@")) return { ...about, says: "it is fetched there" };
  if (!(await has(yard.docker, image))) return { ...about, says: `${fetched} it is fetched here and sent` };
  try {
    await using shipment = await prepare(yard, { image, as: image }, [link], signal);
    const [sending = { ...about, says: "" }] = sendingsOf(shipment);
    return { ...sending, says: `${fetched} ${sending.says}` };
  } catch (thrown) {
    // what this machine has is for itself; the server finds its own where it reaches a registry
    if (!(thrown instanceof Fault && thrown.code === "image-other-architecture")) throw thrown;
    return { ...about, says: `${fetched} it cannot be sent: what is here is for another processor` };
  }
}

async function send(yard: Yard, link: Link, image: string, task: Task): Promise<Proof[]> {
  const out = (reason: string) => fault("image-out-of-reach", [link.target.name, image, reason]);
  if (image.includes("@")) throw out("it is named by a digest, which is known to registries alone");
  if (!(await has(yard.docker, image))) {
    const refused = await pull(yard.docker, image, task.signal);
    if (refused !== undefined) throw out(refused);
  }
  const as = /:[^/]+$/.test(image) ? image : `${image}:latest`;
  try {
    await using shipment = await prepare(yard, { image, as }, [link], task.signal);
    return await ship(yard, shipment, task);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "image-other-architecture") throw out(thrown.says);
    throw thrown;
  }
}

async function has(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

/** Why it could not be fetched; undefined where it was. */
async function pull(docker: Docker, image: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const stream = await docker.pull(image, { abortSignal: signal });
    await new Promise<void>((done, failed) =>
      docker.modem.followProgress(stream, (error: Error | null) => (error ? failed(error) : done())),
    );
    return undefined;
  } catch (thrown) {
    if (signal.aborted) throw fault("cancelled", [`Fetching ${image}`], { cause: thrown });
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
