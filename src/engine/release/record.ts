import type Docker from "dockerode";
import { z } from "zod";
import { fault } from "../process/index.ts";
import { contentHash } from "./canonical.ts";
import { type Place, stackOf } from "./place.ts";

const spec = z.custom<Docker.ServiceSpec>((value) => typeof value === "object" && value !== null);

const source = z.object({
  commit: z.string().optional(),
  branch: z.string().optional(),
  /** Whether files differed from that commit. */
  dirty: z.boolean(),
});

const draft = z.object({
  app: z.string(),
  stage: z.string(),
  number: z.int().positive(),
  /** By the profile's images: what they are, and what the servers know them by. */
  images: z.record(z.string(), z.object({ digest: z.string(), reference: z.string() })),
  /** By process: the whole of what Swarm is told. Of secrets it holds names alone. */
  processes: z.record(z.string(), spec),
  /** The services beside the application, by name, and their images. They belong to the stage, not to the release. */
  services: z.record(z.string(), z.string()),
  release: z.object({ run: z.string(), process: z.string() }).optional(),
  servers: z.array(z.string()),
  source,
});

const record = draft.extend({
  format: z.literal(1),
  who: z.string(),
  at: z.iso.datetime(),
  hash: z.string(),
});

/** Where a release comes from. */
export type Source = z.infer<typeof source>;

/** A release as it is about to be made. */
export type Draft = z.infer<typeof draft>;

/** A release as it was made. It is never changed: its hash says so. */
export type ReleaseRecord = z.infer<typeof record>;

export function recordOf(made: Draft, { who, at }: { who: string; at: Date }): ReleaseRecord {
  const content = { format: 1 as const, ...made, who, at: at.toISOString() };
  return { ...content, hash: contentHash(content) };
}

/** A record as it lies on a server; one that was changed by hand is not one. */
export function readRecord(text: string, place: Place, file: string): ReleaseRecord {
  const read = record.safeParse(parseJson(text));
  if (!read.success) throw fault("release-record-wrong", [file, stackOf(place), "it cannot be read"]);
  if (!isWhole(read.data)) throw fault("release-record-wrong", [file, stackOf(place), "it was changed"]);
  return read.data;
}

function isWhole({ hash, ...content }: ReleaseRecord): boolean {
  return hash === contentHash(content);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
