import type Docker from "dockerode";
import { z } from "zod";

const inspected = z.object({
  Metadata: z.object({ LastTagTime: z.string().optional() }).optional(),
  Created: z.string().optional(),
});
const services = z.array(
  z.object({
    Spec: z.object({ TaskTemplate: z.object({ ContainerSpec: z.object({ Image: z.string() }).optional() }) }),
  }),
);

interface CleanUp {
  /** What images are called before the colon: `shop-web`. */
  repository: string;
  /** How many stay. */
  keep: number;
  /** References that stay whatever their age: those of releases that can be rolled back to. */
  spare?: readonly string[];
}

/** Which images of an application would go: all but the last, and nothing that runs or that a service is made of. */
export async function outdated(
  docker: Docker,
  { repository, keep, spare = [] }: CleanUp,
  signal: AbortSignal,
): Promise<string[]> {
  const images = await docker.listImages({ filters: { reference: [`${repository}:*`] } });
  const containers = await docker.listContainers({ all: true });
  const used = new Set([
    ...containers.flatMap(({ Image, ImageID }) => [Image, ImageID]),
    ...(await servedBy(docker)),
  ]);
  const dated = await Promise.all(
    images.flatMap(({ Id, RepoTags }) =>
      (RepoTags ?? []).map(async (tag) => {
        signal.throwIfAborted();
        const { Metadata, Created } = inspected.parse(await docker.getImage(tag).inspect());
        return { tag, id: Id, since: Date.parse(Metadata?.LastTagTime ?? Created ?? "") || 0 };
      }),
    ),
  );
  dated.sort((a, b) => b.since - a.since);
  return dated
    .slice(keep)
    .filter(({ tag, id }) => !used.has(tag) && !used.has(id) && !spare.includes(tag))
    .map(({ tag }) => tag);
}

/** Removes images that are no longer wanted. What has come into use since is left. */
export async function cleanUp(docker: Docker, wanted: CleanUp, signal: AbortSignal): Promise<string[]> {
  const gone: string[] = [];
  for (const tag of await outdated(docker, wanted, signal)) {
    signal.throwIfAborted();
    try {
      await docker.getImage(tag).remove();
      gone.push(tag);
    } catch (thrown) {
      if (!isInUse(thrown)) throw thrown;
    }
  }
  return gone;
}

/** Services of a swarm, which may have no container at this moment; engines in none, and workers, know of none. */
async function servedBy(docker: Docker): Promise<string[]> {
  try {
    return services
      .parse(await docker.listServices())
      .flatMap(({ Spec }) => Spec.TaskTemplate.ContainerSpec?.Image.replace(/@.*$/, "") ?? []);
  } catch {
    return [];
  }
}

const isInUse = (thrown: unknown) =>
  thrown instanceof Error &&
  "statusCode" in thrown &&
  (thrown.statusCode === 409 || thrown.statusCode === 404);
