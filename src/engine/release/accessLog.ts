import { z } from "zod";
import { edgeOn, parsed, textsIn } from "./edgeLog.ts";
import type { Ground, Site } from "./ground.ts";
import { serviceName } from "./place.ts";

const line = z.object({
  ts: z.number(),
  status: z.number(),
  service: z.string(),
  upstream: z.string(),
  probe: z.string(),
});

/** A request that the edge of a server has answered for a place. */
export interface Answer {
  /** In seconds since 1970, by the server's clock. */
  ts: number;
  status: number;
  /** Address and port of the replica; empty where none answered. */
  upstream: string;
  /** What the request was marked with; empty where it was not. */
  probe: string;
}

/** What the edge of a server has answered for the processes of a place, of its last so many lines. */
export async function answersUntilNow(
  ground: Ground,
  site: Site,
  { tail, signal }: { tail: number; signal: AbortSignal },
): Promise<Answer[]> {
  const edge = await edgeOn(site, signal);
  if (edge === undefined) return [];
  const log = await edge.logs({ stdout: true, tail, abortSignal: signal });
  return answersIn(ground, textsIn(log).texts.join("").split("\n"));
}

/** What it answers from now on; ends where its container does. */
export async function* answersFromNow(
  ground: Ground,
  site: Site,
  signal: AbortSignal,
): AsyncGenerator<Answer[]> {
  const edge = await edgeOn(site, signal);
  if (edge === undefined) return;
  const log = await edge.logs({ stdout: true, follow: true, tail: 0, abortSignal: signal });
  let rest: Buffer = Buffer.alloc(0);
  let begun = "";
  for await (const chunk of log) {
    const found = textsIn(Buffer.concat([rest, Buffer.from(chunk)]));
    rest = found.rest;
    const lines = `${begun}${found.texts.join("")}`.split("\n");
    begun = lines.pop() ?? "";
    yield answersIn(ground, lines);
  }
}

function answersIn({ place, profile }: Ground, lines: readonly string[]): Answer[] {
  const own = new Set(Object.keys(profile.processes).map((name) => serviceName(place, name)));
  return lines.flatMap((text) => {
    // others' lines are not even read
    if (!text.includes('"service":"')) return [];
    const read = line.safeParse(parsed(text));
    return read.success && own.has(read.data.service) ? [read.data] : [];
  });
}
