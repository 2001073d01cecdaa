import { z } from "zod";

/** What Docker takes as a service's name, DNS as a label and Swarm as part of a longer one (63 in all). */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, {
    error: "takes lower-case letters, digits and single hyphens, beginning with a letter",
  })
  .max(30, { error: "takes at most 30 characters" });

export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "takes letters, digits and underscores, and does not begin with a digit",
});

/** A folder or file inside the repository, written with forward slashes. */
export const inside = z
  .string()
  .min(1, { error: "needs a path" })
  .refine((path) => !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes(".."), {
    error: "takes a path inside the repository, such as apps/web",
  });

export const command = z
  .string()
  .refine((text) => text.trim() !== "", { error: "needs a command, such as npm start" })
  .refine((text) => !text.includes("\0"), { error: "cannot hold a null character" });

export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, { error: "takes a duration such as 500ms, 30s, 5m or 1h" });

export const bytes = z.string().regex(/^\d+(k|m|g)b?$/i, { error: "takes a size such as 512m or 2g" });

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration that the schema has passed. */
export function milliseconds(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(count ?? 0) * units[(unit ?? "ms") as keyof typeof units];
}

const scale = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** Bytes of a size that the schema has passed. */
export function byteCount(text: string): number {
  const [, count, unit] = /^(\d+)([kmg])/.exec(text.toLowerCase()) ?? [];
  return Number(count ?? 0) * scale[(unit ?? "k") as keyof typeof scale];
}
