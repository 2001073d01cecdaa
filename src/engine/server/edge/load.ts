import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { adminSocket, type CaddyJson, inTurn, whichever } from "./config.ts";
import { insideEdge, reasonIn } from "./inside.ts";

/**
 * Hands the edge of a server its configuration, checked first. What it has already is not handed over again: connections
 * of clients end with a configuration, however gently.
 */
export async function loadEdge(
  link: Link,
  config: CaddyJson,
  signal: AbortSignal,
): Promise<"changed" | "same"> {
  const inside = await insideEdge(link, signal);
  // Caddy writes down what it runs, to go on with it after a restart.
  const kept = await inside(["cat", "/config/caddy/autosave.json"]);
  if (kept.code === 0 && isDeepStrictEqual(whichever(kept.stdout), whichever(JSON.stringify(config))))
    return "same";
  const input = inTurn(config, randomBytes(6).toString("hex"));
  for (const args of [["validate"], ["reload", "--address", `unix/${adminSocket.inside}`]]) {
    const done = await inside(["caddy", ...args, "--config", "/dev/stdin"], input);
    if (done.code !== 0)
      throw fault("edge-refused", [link.target.name, reasonIn(done.stderr)], {
        lastLines: done.stderr.split("\n").slice(-20),
      });
  }
  return "changed";
}

/** Whether an edge would take a configuration: it is not told to. */
export async function edgeTakes(link: Link, config: CaddyJson, signal: AbortSignal): Promise<boolean> {
  const inside = await insideEdge(link, signal);
  const done = await inside(["caddy", "validate", "--config", "/dev/stdin"], JSON.stringify(config));
  return done.code === 0;
}
