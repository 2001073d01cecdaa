import { type Output, run } from "../../../src/engine/process/index.ts";
import type { Engine } from "../docker/engine.ts";
import type { InsideOptions } from "./server.ts";

/** `docker …` on the rig's engine. */
export type Docker = (args: readonly string[], options?: DockerOptions) => Promise<Output>;

interface DockerOptions extends InsideOptions {
  signal?: AbortSignal;
}

export function dockerOf(engine: Engine): Docker {
  return (args, { input, ...options } = {}) =>
    run({ program: "docker", args, env: engine.env, ...(input !== undefined && { input }) }, options);
}

/** Runs a program in a container as root. */
export function execIn(
  docker: Docker,
  container: string,
  program: readonly string[],
  options: DockerOptions = {},
): Promise<Output> {
  const interactive = options.input === undefined ? [] : ["--interactive"];
  return docker(["exec", ...interactive, container, ...program], options);
}
