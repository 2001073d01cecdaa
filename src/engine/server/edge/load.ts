import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { type CaddyJson, inTurn, whichever } from "./config.ts";
import { edgeOf, reasonIn } from "./inside.ts";
import { steer } from "./listeners.ts";

/**
 * To the Caddy whose turn it is, and not while another takes over from it, in which it would be lost: see edge.sh. An edge
 * from before there were turns has one that is called by no number.
 */
const handOver = `cd /run/sistership && exec 9> lock && flock 9 && turn=$(cat turn 2> /dev/null)
admin=/run/sistership/admin\${turn:+-$turn}.sock
sed "s#/run/sistership/admin[.]sock#$admin#" | timeout 50 caddy reload --config /dev/stdin --address "unix/$admin" 9>&-`;

/**
 * Hands the edge of a server its configuration, checked first. What it has already is not handed over again: connections
 * of clients end with a configuration, however gently.
 */
export async function loadEdge(
  link: Link,
  config: CaddyJson,
  signal: AbortSignal,
): Promise<"changed" | "same"> {
  const edge = await edgeOf(link, signal);
  const { inside } = edge;
  // Caddy writes down what it runs, to go on with it after a restart.
  const kept = await inside(["cat", "/config/caddy/autosave.json"]);
  if (kept.code === 0 && isDeepStrictEqual(whichever(kept.stdout), whichever(JSON.stringify(config))))
    return "same";
  const input = inTurn(config, randomBytes(6).toString("hex"));
  await steer(edge);
  for (const program of [
    ["caddy", "validate", "--config", "/dev/stdin"],
    ["sh", "-c", handOver],
  ]) {
    const done = await inside(program, input);
    if (done.code !== 0)
      throw fault("edge-refused", [link.target.name, reasonIn(done.stderr)], {
        lastLines: done.stderr.split("\n").slice(-20),
      });
  }
  return "changed";
}

/** Whether an edge would take a configuration: it is not told to. */
export async function edgeTakes(link: Link, config: CaddyJson, signal: AbortSignal): Promise<boolean> {
  const { inside } = await edgeOf(link, signal);
  const done = await inside(["caddy", "validate", "--config", "/dev/stdin"], JSON.stringify(config));
  return done.code === 0;
}
