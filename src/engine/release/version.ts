import { setTimeout as pause } from "node:timers/promises";
import type { Route } from "../server/index.ts";
import { answersUntilNow } from "./accessLog.ts";
import type { Ground, Site } from "./ground.ts";
import { edgeNetwork } from "./place.ts";
import { isCurrent, serviceNamed, tasksOf } from "./swarm/tasks.ts";

/** As many lines of the edge's log as many visitors leave in the time that a look takes. */
const tail = 2000;
/** How often the log is looked into: the engine writes it in its own time. */
const looks = 6;
const everyMs = 500;

/**
 * Finds out which version answered a request that came from outside. Its mark is looked for in the edge's log, which says
 * the address of the replica that answered, and Swarm says what runs there: visitors are told nothing of versions or
 * addresses, and nothing that an application answers can pretend to be another.
 */
export function answeredOn(ground: Ground, site: Site, { upstream }: Route, signal: AbortSignal) {
  const [{ docker }] = ground.sites;
  return async (mark: string): Promise<"new" | "old" | "nobody knows"> => {
    const address = await addressOf(ground, site, mark, signal);
    if (address === undefined || address === "") return "nobody knows";
    const service = await serviceNamed(docker, upstream.service, signal);
    if (service === undefined) return "nobody knows";
    const task = (await tasksOf(docker, service.ID, signal)).find(({ NetworksAttachments }) =>
      NetworksAttachments?.some(
        ({ Network, Addresses }) =>
          Network.Spec.Name === edgeNetwork &&
          Addresses?.some((one) => one.replace(/\/\d+$/, "") === address),
      ),
    );
    return task !== undefined && isCurrent(task, service) ? "new" : "old";
  };
}

/** Empty where the edge itself answered, such as one that asks for a password. */
async function addressOf(
  ground: Ground,
  site: Site,
  mark: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let look = 0; look < looks && !signal.aborted; look++) {
    const answers = await answersUntilNow(ground, site, { tail, signal });
    const found = answers.find(({ probe }) => probe === mark);
    if (found) return found.upstream.replace(/:\d+$/, "");
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
