import { setTimeout as pause } from "node:timers/promises";
import { fault, type Output } from "../../process/index.ts";
import type { Link, Remote } from "../link.ts";
import { edgeService } from "./service.ts";

/** A little longer than Swarm gives an edge to end. */
const patienceMs = 40_000;

type Run = (args: readonly string[], input?: string) => Promise<Output>;

/** The container of a server's edge, which runs. Programs are given what they need by standard input. */
export interface EdgeContainer {
  /** Runs a program in it; in the one that comes after it, where it has just ended. */
  inside: Run;
  /** Runs a container in its network, by what `docker run` takes. */
  beside: Run;
  /** Runs `docker …` on its server. */
  docker: Run;
}

export async function edgeOf(link: Link, signal: AbortSignal): Promise<EdgeContainer> {
  const docker = await dockerOf(link, signal);
  let id = await containerOf(link, docker, signal);
  return {
    docker,
    beside: (args, input) =>
      docker(["run", "--rm", "--pull", "never", "--network", `container:${id}`, ...args], input),
    async inside(program, input) {
      for (let left = 3; ; left--) {
        const done = await docker(["exec", ...(input === undefined ? [] : ["-i"]), id, ...program], input);
        if (left === 0 || !ended.test(done.stderr)) return done;
        await pause(500, undefined, { signal });
        id = await containerOf(link, docker, signal);
      }
    },
  };
}

/** What Docker says of a container that is no more, or will be no more in a moment. */
const ended = /^Error response from daemon: .*(is not running|No such container|is restarting)/;

/** One that is just restarted has none until the one before has ended. */
async function containerOf(link: Link, docker: Run, signal: AbortSignal): Promise<string> {
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
async function dockerOf(link: Link, signal: AbortSignal): Promise<Run> {
  const remote = (args: readonly string[], input?: string): Remote => ({
    program: "docker",
    args,
    ...(input !== undefined && { input }),
  });
  const may = await link.run(remote(["ps", "-q"]), { signal, accept: [0, 1] });
  const accept = [0, 1, 2, 125, 126, 127, 137];
  const root = may.code === 0 ? {} : ({ root: true } as const);
  return (args, input) =>
    link.run({ ...remote(args, input), ...root }, { signal, accept, timeoutMs: 120_000 });
}

/** Caddy says `Error: …` in its last line, among lines of its log. */
export function reasonIn(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.findLast((line) => line.startsWith("Error:")) ?? lines.at(-1) ?? "it said nothing").replace(
    /^Error:\s*/,
    "",
  );
}
