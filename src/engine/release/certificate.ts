import { z } from "zod";
import { edgeOn, parsed, textsIn } from "./edgeLog.ts";
import type { Site } from "./ground.ts";

const tail = 1000;

const complaint = z.object({
  logger: z.string().startsWith("tls"),
  error: z.string(),
  identifier: z.string().optional(),
});

/** Why the edge of a server got no certificate for a name, in the words of the authority; undefined where it said nothing. */
export async function whyNoCertificate(
  site: Site,
  host: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const edge = await edgeOn(site, signal);
  if (edge === undefined) return undefined;
  const log = await edge.logs({ stderr: true, tail, abortSignal: signal });
  const said = textsIn(log)
    .texts.join("")
    .split("\n")
    .flatMap((line) => {
      const read = line.includes(host) ? complaint.safeParse(parsed(line)) : undefined;
      return read?.success ? [read.data.error] : [];
    });
  // `[shop.example] Obtain: [shop.example] solving challenge: …`
  return said
    .at(-1)
    ?.replace(/^(\[[^\]]*\] (Obtain|Renew): )?(\[[^\]]*\] )?/, "")
    .replace(/\.$/, "");
}
