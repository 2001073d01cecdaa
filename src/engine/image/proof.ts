import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { configDigest, diffId } from "./digest.ts";

const proof = z.object({
  server: z.string(),
  reference: z.string(),
  config: configDigest,
  layers: z.array(diffId).readonly(),
  engine: z.object({
    version: z.string(),
    store: z.enum(["overlay2", "containerd"]),
    architecture: z.string(),
    root: z.string(),
  }),
  at: z.string(),
  /** Bytes that it took. */
  sent: z.number(),
  /** The server's engine did not take it without what it should have had. */
  full: z.boolean(),
});

/** That a server was seen to have the very image that is here: its configuration and every layer, by digest. */
export type Proof = z.infer<typeof proof>;

const fileOf = (folder: string, reference: string) =>
  join(folder, "proofs", `${reference.replaceAll(/[^a-z0-9.-]+/gi, "_")}.json`);

/** Keeps proofs by the image that they are of, the last of each server. `folder`: this user's state. */
export async function keepProofs(folder: string, proofs: readonly Proof[]): Promise<void> {
  for (const { reference } of proofs) {
    const file = fileOf(folder, reference);
    const own = proofs.filter((one) => one.reference === reference);
    const before = await proofsOf(folder, reference);
    const others = before.filter(({ server }) => !own.some((one) => one.server === server));
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, `${JSON.stringify([...others, ...own], null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}

/** Which servers were seen to have an image, and when. */
export async function proofsOf(folder: string, reference: string): Promise<Proof[]> {
  try {
    return z.array(proof).parse(JSON.parse(await readFile(fileOf(folder, reference), "utf8")));
  } catch {
    return []; // none yet, or none that can be read: it is seen again with the next shipment
  }
}
