import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Link } from "../server/index.ts";
import type { Effort } from "./packing.ts";

const sample = 1024 * 1024;

/** Bytes a second that a connection takes: measured by bytes that mean nothing, to a program that reads them. */
export async function speedOf(link: Link, now: () => number, signal: AbortSignal): Promise<number> {
  const script = "head -c 1 >/dev/null; echo first; cat >/dev/null";
  const reading = await link.start({ program: "sh", args: ["-c", script] }, { signal });
  reading.stderr.resume();
  const begin = now();
  reading.stdin.write("1");
  await once(reading.stdout, "data", { signal });
  const roundTrip = now() - begin;
  reading.stdout.resume();
  const from = now();
  reading.stdin.end(randomBytes(sample));
  await reading.exited;
  return (sample * 1000) / Math.max(1, now() - from - Math.min(roundTrip, (now() - from) / 2));
}

/**
 * How hard packing is worth trying: a slow link has time for it. Even a fast one is not done sooner without: what is not
 * packed is encrypted, written, read and compared at both ends.
 */
export function effortAt(bytesPerSecond: number): Effort {
  return bytesPerSecond > 9e6 ? "quick" : "thorough";
}
