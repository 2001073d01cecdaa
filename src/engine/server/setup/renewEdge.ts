import type { Machine } from "../../docker/index.ts";
import { fault, type Task } from "../../process/index.ts";
import { edgeOf } from "../edge/inside.ts";
import { edgeImage } from "../edge/service.ts";
import { takeOver } from "../edge/takeOver.ts";
import type { Link } from "../link.ts";
import { freshen } from "./image.ts";

interface Options {
  /** Whose image it gets, where the server reaches no registry. */
  machine: Machine;
  /** Another takes over even if it is the same Caddy. */
  restart?: boolean;
}

/** Brings the newest Caddy to the edge of a server, and has it take over from the one that runs: nobody is cut off. */
export async function renewEdge(
  link: Link,
  { machine, restart = false }: Options,
  task: Task,
): Promise<void> {
  const { signal } = task;
  const { name } = link.target;
  const fetch = {
    id: "edge-image",
    title: `Bring the newest ${edgeImage} to ${name}`,
    why: "The edge proxy is Caddy, which all that is asked of your sites passes through: what is mended in it should get there.",
    command: `docker pull ${edgeImage}`,
  };
  await task.step(fetch, async (step) => {
    await edgeOf(link, signal);
    step.says(await freshen(link, edgeImage, machine, signal));
  });
  const replace = {
    id: "edge-renew",
    title: `Let it take over on ${name}`,
    why: "The new Caddy listens beside the one that runs and gets what that has; then the other takes in nobody any more and ends with the last thing it has begun. One that does not accept what the edge has to do changes nothing.",
    command: "docker kill --signal HUP sistership-edge…",
  };
  await task.step(replace, async (step) => {
    const { before, after, reason } = await takeOver(link, restart, signal);
    if (reason !== undefined) throw fault("edge-not-renewed", [name, reason]);
    if (after === undefined) return step.says(`it runs the newest already: ${before}`);
    step.says(before === after ? `another ${after} took over` : `${after} took over from ${before}`);
  });
}
