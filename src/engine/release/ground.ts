import type Docker from "dockerode";
import { onStage } from "../blueprint/index.ts";
import { fault } from "../process/index.ts";
import type { Profile, Stage } from "../profile/index.ts";
import type { Link, Pool, Target } from "../server/index.ts";
import { dockerOn } from "../server/index.ts";
import { type Place, stackOf } from "./place.ts";
import { type Memory, memoryOn } from "./state/remote.ts";

/** A server of a stage that is reached. */
export interface Site {
  name: string;
  link: Link;
  docker: Docker;
  /** Its node in the group. */
  node: string;
  architecture: string;
  /** Where the engine keeps images. */
  folder: string;
  region?: string;
}

/** A stage on its servers: where releases are made. The first server has its volumes and its memory. */
export interface Ground {
  place: Place;
  /** The profile as the stage runs it. */
  profile: Profile;
  stage: Stage;
  sites: readonly [Site, ...Site[]];
  memory: Memory;
}

export interface Reach {
  pool: Pool;
  /** What a server's name in sistership.yaml means. */
  target(name: string): Target & { region?: string | undefined };
}

/** Reaches every server of a stage, side by side. */
export async function ground(
  profile: Profile,
  stageName: string,
  { pool, target }: Reach,
  signal: AbortSignal,
): Promise<Ground> {
  const staged = onStage(profile, stageName);
  const stage = staged.stages[stageName];
  if (stage === undefined) throw fault("no-such-stage", [stageName, Object.keys(profile.stages).join(", ")]);
  const place = { app: profile.name, stage: stageName };
  const reached = await Promise.all(
    stage.servers.map(async (name): Promise<Site> => {
      const to = target(name);
      const link = await pool.link(to, signal);
      return { name, link, ...(await engineOf(name, link)), ...(to.region ? { region: to.region } : {}) };
    }),
  );
  const [home, ...others] = reached;
  if (home === undefined) throw fault("not-a-group", [stackOf(place)]);
  return { place, profile: staged, stage, sites: [home, ...others], memory: memoryOn(home.link, place) };
}

async function engineOf(
  name: string,
  link: Link,
): Promise<Pick<Site, "docker" | "node" | "architecture" | "folder">> {
  const docker = await dockerOn(link);
  const { Swarm, Architecture, DockerRootDir } = await docker.info();
  if (Swarm?.LocalNodeState !== "active") throw fault("not-a-group", [name]);
  return {
    docker,
    node: Swarm.NodeID,
    architecture: kinds[Architecture] ?? Architecture,
    folder: DockerRootDir,
  };
}

/** Engines call processors as kernels do, images as Go does. */
const kinds: Readonly<Record<string, string | undefined>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm",
};
