import { setTimeout as pause } from "node:timers/promises";
import { fault, type Output } from "../../process/index.ts";
import type { Link, Remote } from "../link.ts";
import { edgeService } from "./service.ts";

/** A little longer than Swarm gives an edge to end. */
const patienceMs = 40_000;

/** Runs programs in the container of a server's edge. What they are given comes by standard input. */
export async function insideEdge(
  link: Link,
  signal: AbortSignal,
): Promise<(program: readonly string[], input?: string) => Promise<Output>> {
  const docker = await dockerOf(link, signal);
  const id = await containerOf(link, docker, signal);
  return (program, input) => docker(["exec", ...(input === undefined ? [] : ["-i"]), id, ...program], input);
}

/** One that is just restarted has none until the one before has ended. */
async function containerOf(
  link: Link,
  docker: Awaited<ReturnType<typeof dockerOf>>,
  signal: AbortSignal,
): Promise<string> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const { stdout } = await docker([
      "ps",
      "-q",
      "--filter",
      `label=com.docker.swarm.service.name=${edgeService}`,
    ]);
    const [id = ""] = stdout.split("\n");
    if (id !== "") return id;
    if (performance.now() > end)
      throw fault("edge-unwell", [
        link.target.name,
        "it has no container that runs: set the server up again",
      ]);
    await pause(1000, undefined, { signal });
  }
}

/** `docker …` as this user, or as root where the user may not. */
async function dockerOf(link: Link, signal: AbortSignal) {
  const remote = (args: readonly string[], input?: string): Remote => ({
    program: "docker",
    args,
    ...(input !== undefined && { input }),
  });
  const accept = [0, 1];
  const may = await link.run(remote(["ps", "-q"]), { signal, accept });
  const root = may.code === 0 ? {} : ({ root: true } as const);
  return (args: readonly string[], input?: string) =>
    link.run({ ...remote(args, input), ...root }, { signal, accept, timeoutMs: 60_000 });
}

/** Caddy says `Error: …` in its last line, among lines of its log. */
export function reasonIn(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.findLast((line) => line.startsWith("Error:")) ?? lines.at(-1) ?? "it said nothing").replace(
    /^Error:\s*/,
    "",
  );
}
