import type Docker from "dockerode";
import { z } from "zod";
import type { Machine } from "../docker/index.ts";
import { fault, run } from "../process/index.ts";
import { goName } from "./there/engine.ts";

const info = z.object({ Architecture: z.string() });

/** What an engine runs, as Go calls it. */
export async function architectureOf(docker: Docker): Promise<string> {
  return goName(info.parse(await docker.info()).Architecture);
}

/**
 * The platform to build for where it is not the engine's own: undefined where it is. An engine that cannot run programs of
 * that kind would fail in the middle of a build, with words that say nothing.
 */
export async function foreignPlatform(
  docker: Docker,
  machine: Machine,
  wanted: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (wanted === (await architectureOf(docker))) return undefined;
  const platform = `linux/${wanted}`;
  const builds = await platformsOf(machine, signal);
  if (builds !== undefined && !builds.includes(platform))
    throw fault("architecture-not-built", [wanted, builds.join(", ")]);
  return platform;
}

/** What the builder builds for; undefined where it does not say. */
async function platformsOf({ env }: Machine, signal: AbortSignal): Promise<string[] | undefined> {
  const inspect = { program: "docker", args: ["buildx", "inspect"], env };
  const said = await run(inspect, { signal, timeoutMs: 30_000 }).catch(() => undefined);
  const line = /^Platforms:\s*(.+)$/m.exec(said?.stdout ?? "")?.[1];
  // what it was told to offer, whether or not it can, has a star
  return line?.split(",").map((one) => one.trim().replace(/\*$/, "").replace("linux/arm/v7", "linux/arm"));
}
