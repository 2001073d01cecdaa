import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { connect, findEndpoint, type Machine } from "../../docker/index.ts";
import { fault, toFault } from "../../process/index.ts";
import type { Link } from "../link.ts";

interface Wanted {
  image: string;
  architecture: string;
}

/** Brings an image of this machine's engine to a server that can fetch it from nowhere. */
export type Carrier = (link: Link, wanted: Wanted, signal: AbortSignal) => Promise<void>;

/** The plain way: all of the image, as `docker save | ssh server docker load` does it. */
export function saveAndLoad(machine: Machine): Carrier {
  return async (link, { image, architecture }, signal) => {
    const here = await connect(findEndpoint(machine));
    const own = here.getImage(image);
    const { Architecture } = await inspect(own, link, image);
    if (Architecture !== architecture) {
      const reason = `the one on this machine is for ${Architecture}, and ${link.target.name} is ${architecture}`;
      throw fault("image-out-of-reach", [link.target.name, image, reason]);
    }
    const load = await link.start({ program: "docker", args: ["load", "--quiet"], root: true }, { signal });
    load.stdout.resume();
    load.stderr.resume();
    try {
      await pipeline(await own.get(), load.stdin, { signal });
    } catch (thrown) {
      throw signal.aborted ? fault("cancelled", [`Sending ${image}`], { cause: thrown }) : thrown;
    }
    const { code } = await load.exited;
    if (code !== 0)
      throw fault("image-out-of-reach", [
        link.target.name,
        image,
        `docker load ended with exit code ${code}`,
      ]);
  };
}

async function inspect(own: Docker.Image, link: Link, image: string): Promise<Docker.ImageInspectInfo> {
  try {
    return await own.inspect();
  } catch (thrown) {
    const reason = `this machine has no such image: "docker pull ${image}" brings it`;
    throw fault("image-out-of-reach", [link.target.name, image, reason], { cause: toFault(thrown) });
  }
}

/** Fetches an image on the server, or has it brought from here, and makes sure that it is there. */
export async function bring(
  link: Link,
  wanted: Wanted,
  carry: Carrier,
  signal: AbortSignal,
): Promise<string> {
  if (await pulled(link, wanted.image, signal)) return "fetched from its registry";
  await carry(link, wanted, signal);
  const look = { program: "docker", args: ["image", "inspect", wanted.image], root: true } as const;
  if ((await link.run(look, { signal, accept: [0, 1] })).code === 0) return "sent from here";
  throw fault("image-out-of-reach", [link.target.name, wanted.image, "what was sent did not arrive whole"]);
}

/** Brings what is newer of an image to a server that has it: what that was is handed back. */
export async function freshen(
  link: Link,
  image: string,
  machine: Machine,
  signal: AbortSignal,
): Promise<string> {
  if (await pulled(link, image, signal)) return "fetched from its registry";
  const format = "{{.Id}} {{.Architecture}}";
  const look = {
    program: "docker",
    args: ["image", "inspect", "--format", format, image],
    root: true,
  } as const;
  const [id, architecture = ""] = (await link.run(look, { signal, accept: [0, 1] })).stdout.trim().split(" ");
  const own = await ownOf(machine, image);
  const stays = `${link.target.name} reaches no registry, and this machine has no other: it stays what it is`;
  if (own === undefined || own.Architecture !== architecture || own.Id === id) return stays;
  await saveAndLoad(machine)(link, { image, architecture }, signal);
  return "sent from here";
}

/** The image on this machine; undefined where there is none, or no engine to ask. */
async function ownOf(machine: Machine, image: string): Promise<Docker.ImageInspectInfo | undefined> {
  try {
    return await (await connect(findEndpoint(machine))).getImage(image).inspect();
  } catch {
    return undefined;
  }
}

async function pulled(link: Link, image: string, signal: AbortSignal): Promise<boolean> {
  const pull = { program: "docker", args: ["pull", "--quiet", image], root: true } as const;
  try {
    return (await link.run(pull, { signal, accept: [0, 1], timeoutMs: 120_000 })).code === 0;
  } catch (thrown) {
    if (toFault(thrown).code === "timed-out") return false; // a firewall that swallows what goes out
    throw thrown;
  }
}
