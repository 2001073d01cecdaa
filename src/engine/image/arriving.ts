import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import { type ConfigDigest, hexOf } from "./digest.ts";

const repository = "sistership-arriving";
/** A name is needed for seconds; clocks of different machines may be some minutes apart. */
const staleMs = 3_600_000;

const short = (config: ConfigDigest) => hexOf(config).slice(0, 12);
const since = (now: Date) => `${now.getTime()}-${randomBytes(4).toString("hex")}`;

/** What an image is called while it arrives, until it was compared: by what it is, and since when. */
export function arrivingName(config: ConfigDigest, now: Date): string {
  return `${repository}:${short(config)}-${since(now)}`;
}

/** What the lower layers of an image are called while the upper ones are on their way. */
export function lowerName(config: ConfigDigest, now: Date): string {
  return `${repository}:lower-${short(config)}-${since(now)}`;
}

/** Whether something is there for the lower layers of an image that arrives, and for nothing else: it goes any moment. */
export function isLower(tags: readonly string[]): boolean {
  return tags.length > 0 && tags.every((tag) => tag.startsWith(`${repository}:lower-`));
}

/** Removes the names of an image's lower layers, whoever gave them: what somebody else still sends is loaded in whole. */
export async function sweepLower(docker: Docker, config: ConfigDigest): Promise<void> {
  const images = await docker.listImages({
    filters: { reference: [`${repository}:lower-${short(config)}-*`] },
  });
  await remove(
    docker,
    images.flatMap(({ RepoTags }) => RepoTags ?? []),
  );
}

/** Removes the names that shipments have left which were killed before they had compared what arrived. */
export async function sweepArrivals(docker: Docker, now: Date, signal: AbortSignal): Promise<void> {
  const images = await docker.listImages({
    filters: { reference: [`${repository}:*`] },
    ...{ abortSignal: signal },
  });
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  const old = tags.filter((tag) => now.getTime() - Number(/-(\d+)-[0-9a-f]+$/.exec(tag)?.[1] ?? 0) > staleMs);
  await remove(docker, old, signal);
}

async function remove(docker: Docker, tags: readonly string[], signal?: AbortSignal): Promise<void> {
  for (const tag of tags)
    await docker
      .getImage(tag)
      .remove({ noprune: true, ...{ abortSignal: signal } })
      .catch(() => undefined); // another has swept it: it is gone either way
}
