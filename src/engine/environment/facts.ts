import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Container, composeContainers } from "../docker/index.ts";
import { readTree } from "../profile/index.ts";
import { isOf, type Session } from "./session.ts";

/** The containers of this environment, by service. */
export async function containersOf({ docker, project, here }: Session): Promise<Map<string, Container>> {
  const all = await composeContainers(docker, { project });
  return new Map(all.filter((one) => !one.single && isOf(here, one)).map((one) => [one.service, one]));
}

/** Tells the data of this environment from any other: volumes that were deleted and made again are others. */
export async function dataIdentity({ docker, project, profile }: Session): Promise<string> {
  const names = new Set([
    ...Object.keys(profile.services).map((name) => `${project}_${name}-data`),
    ...Object.values(profile.processes).flatMap(({ volumes }) =>
      Object.keys(volumes).map((name) => `${project}_${name}`),
    ),
  ]);
  const { Volumes: volumes } = await docker.listVolumes({
    filters: { label: [`com.docker.compose.project=${project}`] },
  });
  const data = volumes.filter(({ Name }) => names.has(Name));
  return digest(data.map((one) => `${one.Name} ${"CreatedAt" in one ? one.CreatedAt : ""}`).sort());
}

/** Tells whether a file of the source has changed, without reading any. */
export async function sourceIdentity({ here: { folder } }: Session, signal: AbortSignal): Promise<string> {
  const { files } = await readTree(folder, signal);
  const seen: string[] = [];
  for (let at = 0; at < files.length; at += 256) {
    const batch = files.slice(at, at + 256).map(async (path) => {
      const { size, mtimeMs } = await stat(join(folder, path));
      return `${path} ${size} ${mtimeMs}`;
    });
    seen.push(...(await Promise.all(batch.map((one) => one.catch(() => "")))));
  }
  return digest(seen);
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}
