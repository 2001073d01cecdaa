import type Docker from "dockerode";
import { z } from "zod";
import { contentHash } from "../canonical.ts";
import { labelsOf, type Place, stackOf } from "../place.ts";

const label = "sistership.maintenance";

const configs = z.array(
  z.object({
    ID: z.string(),
    CreatedAt: z.string(),
    Spec: z.object({
      Name: z.string(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Data: z.string().optional(),
    }),
  }),
);

/** The page that stands in for a place: kept by Swarm, so that whoever tells an edge of routes knows of it. */
export interface Page {
  id: string;
  stack: string;
  page: string;
  since: string;
}

/** The pages of all places, or of one. */
export async function pagesOf(docker: Docker, signal: AbortSignal, place?: Place): Promise<Page[]> {
  const own = place === undefined ? [] : Object.entries(labelsOf(place)).map((pair) => pair.join("="));
  const found = await docker.listConfigs({
    filters: { label: [label, ...own] },
    ...{ abortSignal: signal },
  });
  return configs.parse(found).map(({ ID, CreatedAt, Spec: { Labels, Data = "" } }) => ({
    ...{ id: ID, since: CreatedAt, page: Buffer.from(Data, "base64").toString("utf8") },
    stack: stackOf({ app: Labels?.["sistership.app"] ?? "", stage: Labels?.["sistership.stage"] ?? "" }),
  }));
}

/** Puts a page in the place of whatever stood there, or takes it away. */
export async function setPage(
  docker: Docker,
  place: Place,
  page: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (const { id } of await pagesOf(docker, signal, place))
    await docker.getConfig(id).remove({ abortSignal: signal });
  if (page === undefined) return;
  const body = {
    Name: `sistership-page-${contentHash({ place, page }).slice(-24)}`,
    Labels: { ...labelsOf(place), [label]: "1" },
    Data: Buffer.from(page).toString("base64"),
  };
  // dockerode puts what it is given into the address as well, unless it is told these two
  await docker.createConfig({ _query: {}, _body: body, ...{ abortSignal: signal } } as never);
}
