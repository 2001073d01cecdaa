import { isDeepStrictEqual } from "node:util";
import { fault } from "../../process/index.ts";
import type { Link, Remote } from "../link.ts";
import { adminSocket, type CaddyJson } from "./config.ts";
import { edgeService } from "./service.ts";

/**
 * Hands the edge of a server its configuration, checked first. What it has already is not handed over again, for a
 * reload closes idle connections of clients.
 */
export async function loadEdge(
  link: Link,
  config: CaddyJson,
  signal: AbortSignal,
): Promise<"changed" | "same"> {
  const docker = await dockerOf(link, signal);
  const server = link.target.name;
  const found = await docker(["ps", "-q", "--filter", `label=com.docker.swarm.service.name=${edgeService}`]);
  const [id = ""] = found.stdout.split("\n");
  if (id === "")
    throw fault("edge-unwell", [server, "it has no container that runs: set the server up again"]);
  // Caddy writes down what it runs, to go on with it after a restart.
  const kept = await docker(["exec", id, "cat", "/config/caddy/autosave.json"]);
  if (kept.code === 0 && isDeepStrictEqual(JSON.parse(kept.stdout), JSON.parse(JSON.stringify(config))))
    return "same";
  const input = JSON.stringify(config);
  for (const args of [["validate"], ["reload", "--address", `unix/${adminSocket.inside}`]]) {
    const done = await docker(["exec", "-i", id, "caddy", ...args, "--config", "/dev/stdin"], input);
    if (done.code !== 0)
      throw fault("edge-refused", [server, reasonIn(done.stderr)], {
        lastLines: done.stderr.split("\n").slice(-20),
      });
  }
  return "changed";
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
function reasonIn(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.findLast((line) => line.startsWith("Error:")) ?? lines.at(-1) ?? "it said nothing").replace(
    /^Error:\s*/,
    "",
  );
}
