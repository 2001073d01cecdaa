import { createHash } from "node:crypto";
import { z } from "zod";

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Of a layer's plain tar: what a layer is, however it is packed. */
export const diffId = sha256.brand<"DiffId">();
export type DiffId = z.infer<typeof diffId>;

/** Of a layer and of all below it. */
const chainId = sha256.brand<"ChainId">();
export type ChainId = z.infer<typeof chainId>;

/** Of an image's configuration, which names its layers: the one name of an image that no store changes. */
export const configDigest = sha256.brand<"ConfigDigest">();
export type ConfigDigest = z.infer<typeof configDigest>;

/** Of bytes as they are kept or sent. */
export const blobDigest = sha256.brand<"BlobDigest">();

export function digestOf(bytes: string | Uint8Array): `sha256:${string}` {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The digits of a digest, for names of files. */
export const hexOf = (digest: string) => digest.slice("sha256:".length);

/** What stores know layers by: the same layer on another base is another thing to them. */
export function chainsOf(layers: readonly DiffId[]): ChainId[] {
  const chains: ChainId[] = [];
  for (const layer of layers) {
    const below = chains.at(-1);
    chains.push(chainId.parse(below === undefined ? layer : digestOf(`${below} ${layer}`)));
  }
  return chains;
}
