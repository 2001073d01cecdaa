import { join } from "node:path";
import type Docker from "dockerode";
import { connect, findEndpoint, type Machine } from "../docker/index.ts";
import { BlobCache } from "./cache.ts";

/** What shipping needs of this machine. */
export interface Yard {
  /** The engine that has the images. */
  docker: Docker;
  cache: BlobCache;
  /** Milliseconds that only go forward. */
  now(): number;
  date(): Date;
  /** How long a server may take nothing before it is tried by another channel. */
  stallMs: number;
}

/** Some images' worth of layers: more is not worth a disk. */
const usualLimit = 8e9;

export function yardOf({
  docker,
  cacheFolder,
  limit = usualLimit,
  stallMs = 15_000,
}: {
  docker: Docker;
  cacheFolder: string;
  limit?: number;
  stallMs?: number;
}): Yard {
  const date = () => new Date();
  return {
    ...{ docker, date, stallMs },
    now: () => performance.now(),
    cache: new BlobCache(join(cacheFolder, "layers"), { limit, now: date }),
  };
}

/** The engine of this machine, and this user's cache. */
export async function yardHere(machine: Machine): Promise<Yard> {
  const { env, home } = machine;
  const cacheFolder = join(env.XDG_CACHE_HOME || join(home, ".cache"), "sistership");
  return yardOf({ docker: await connect(findEndpoint(machine)), cacheFolder });
}
