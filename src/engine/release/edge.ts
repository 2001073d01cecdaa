import { edgeConfig, loadEdge } from "../server/index.ts";
import type { Ground } from "./ground.ts";
import { readRoutes } from "./routes.ts";
import { servicesWith } from "./swarm/tasks.ts";

/**
 * Tells the edge of every server what the services' labels say. Where nothing is new it is left alone: a reload would
 * close connections that wait for their next request. Answers with the servers that were told something new.
 */
export async function tellEdges({ sites }: Pick<Ground, "sites">, signal: AbortSignal): Promise<string[]> {
  const [home] = sites;
  const services = await servicesWith(home.docker, ["sistership.routes"], signal);
  const routes = services
    .sort((a, b) => ((a.Spec.Name ?? "") < (b.Spec.Name ?? "") ? -1 : 1))
    .flatMap(({ Spec }) => readRoutes(Spec.Labels));
  const config = edgeConfig(routes);
  const told: string[] = [];
  for (const { name, link } of sites)
    if ((await loadEdge(link, config, signal)) === "changed") told.push(name);
  return told;
}
