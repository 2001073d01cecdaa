import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";

/** The lines of a stream, to its end or until it is destroyed: readline by itself would wait on for more. */
export function linesOf(source: Readable): Interface {
  const lines = createInterface({ input: source });
  source.once("close", () => lines.close());
  return lines;
}
