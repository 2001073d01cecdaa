import { parse } from "yaml";
import { z } from "zod";

/** Base image as the profile's versions name it → the digest that it is held at. */
export type Lock = Readonly<Record<string, string>>;

export const lockFile = "sistership.lock";

const schema = z.object({
  images: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)).default({}),
});

/** sistership.lock as it stands in the repository → digests by image. */
export function readLock(text: string): Lock {
  return schema.parse(parse(text) ?? {}).images;
}

/** The image as it is written behind FROM. */
export function pinned(image: string, lock: Lock): string {
  const digest = lock[image];
  return digest === undefined ? image : `${image}@${digest}`;
}
