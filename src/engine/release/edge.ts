import { Fault } from "../process/index.ts";
import { edgeConfig, edgeTakes, type Link, loadEdge, type Route } from "../server/index.ts";
import type { Ground } from "./ground.ts";
import { stackOf } from "./place.ts";
import { readRoutes } from "./routes.ts";
import { pagesOf } from "./swarm/pages.ts";
import { servicesWith } from "./swarm/tasks.ts";

/** The routes of one service. */
interface Served {
  stack: string;
  routes: Route[];
}

/**
 * Tells the edge of every server what the services' labels say. Where nothing is new it is left alone: connections
 * end with what they were made under. Answers with the servers that were told something new.
 */
export async function tellEdges(
  { place, sites }: Pick<Ground, "place" | "sites">,
  signal: AbortSignal,
): Promise<string[]> {
  const [home] = sites;
  const services = await servicesWith(home.docker, ["sistership.routes"], signal);
  const pages = new Map((await pagesOf(home.docker, signal)).map(({ stack, page }) => [stack, page]));
  const served = services
    .sort((a, b) => ((a.Spec.Name ?? "") < (b.Spec.Name ?? "") ? -1 : 1))
    .map(({ Spec: { Labels = {} } }): Served => {
      const { "sistership.app": app = "", "sistership.stage": stage = "" } = Labels;
      const stack = stackOf({ app, stage });
      const instead = pages.get(stack);
      const routes = readRoutes(Labels).map((one) => (instead === undefined ? one : { ...one, instead }));
      return { stack, routes };
    });
  const told: string[] = [];
  for (const { name, link } of sites)
    if ((await load(link, served, stackOf(place), signal)) === "changed") told.push(name);
  return told;
}

/**
 * What an edge refuses of one application must not keep the others from being served: theirs are loaded without it. Of
 * one's own nothing is left out in silence.
 */
async function load(
  link: Link,
  served: readonly Served[],
  own: string,
  signal: AbortSignal,
): Promise<"changed" | "same"> {
  const whole = (of: readonly Served[]) => edgeConfig(of.flatMap(({ routes }) => routes));
  try {
    return await loadEdge(link, whole(served), signal);
  } catch (thrown) {
    if (!(thrown instanceof Fault && thrown.code === "edge-refused")) throw thrown;
    const fit: Served[] = [];
    for (const one of served) {
      const takes = await edgeTakes(link, whole([one]), signal);
      if (!takes && one.stack === own) throw thrown;
      if (takes) fit.push(one);
    }
    if (fit.length === served.length) throw thrown;
    return loadEdge(link, whole(fit), signal);
  }
}
