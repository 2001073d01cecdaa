import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import { type ConfigDigest, hexOf } from "./digest.ts";

const repository = "sistership-arriving";
/** A name is needed for seconds; clocks of different machines may be some minutes apart. */
const staleMs = 3_600_000;

/** What an image is called while it arrives, until it was compared: by what it is, and since when. */
export function arrivingName(config: ConfigDigest, now: Date): string {
  const [what, random] = [hexOf(config).slice(0, 12), randomBytes(4).toString("hex")];
  return `${repository}:${what}-${now.getTime()}-${random}`;
}

/** Removes the names that shipments have left which were killed before they had compared what arrived. */
export async function sweepArrivals(docker: Docker, now: Date, signal: AbortSignal): Promise<void> {
  const images = await docker.listImages({
    filters: { reference: [`${repository}:*`] },
    ...{ abortSignal: signal },
  });
  for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? [])) {
    const since = Number(/-(\d+)-[0-9a-f]+$/.exec(tag)?.[1] ?? 0);
    if (now.getTime() - since > staleMs)
      await docker
        .getImage(tag)
        .remove({ abortSignal: signal })
        .catch(() => undefined); // another has swept it: it is gone either way
  }
}
