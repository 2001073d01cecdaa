import { parse, stringify } from "yaml";
import { z } from "zod";
import { fault } from "../process/index.ts";

/** Image as the profile's versions name it → the digest that it is held at. */
export type Lock = Readonly<Record<string, string>>;

export const lockFile = "sistership.lock";

const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "it is no digest (sha256: and 64 hexadecimal digits)");
const schema = z.strictObject({ images: z.record(z.string(), digest).default({}) });

/** sistership.lock as it stands in the repository → digests by image. */
export function readLock(text: string, file = lockFile): Lock {
  let said: unknown;
  try {
    said = parse(text, { logLevel: "error" }) ?? {};
  } catch (cause) {
    throw fault("lock-wrong", [file, firstLine(cause)], { cause });
  }
  const read = schema.safeParse(said);
  if (read.success) return read.data.images;
  const [issue] = read.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw fault("lock-wrong", [file, `${where === "" ? "" : `${where}: `}${issue?.message ?? ""}`]);
}

/** The lock as it is written: the same images, the same bytes. */
export function lockText(lock: Lock): string {
  const images = Object.fromEntries(Object.entries(lock).sort(([a], [b]) => (a < b ? -1 : 1)));
  return [
    "# The exact images that the environment and the releases are built from, so that they are the same for everybody.",
    '# Made by Sistership; belongs in Git. "sistership update" moves it forward.',
    stringify({ images }, { lineWidth: 0 }),
  ].join("\n");
}

/** The image as it is written behind FROM. */
export function pinned(image: string, lock: Lock): string {
  const held = Object.hasOwn(lock, image) ? lock[image] : undefined;
  return held === undefined ? image : `${image}@${held}`;
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split("\n", 1)[0] ?? "";
}
