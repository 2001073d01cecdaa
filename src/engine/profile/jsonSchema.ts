import { z } from "zod";
import type { Path } from "./locate.ts";
import { schema } from "./schema.ts";

/** The JSON schema of sistership.yaml, for editors: draft 7, which all of them read. */
export function profileSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-7", io: "input" });
  return {
    $schema,
    title: "Sistership profile",
    description: "The whole truth of a project's environment.",
    ...rest,
  };
}

export interface Described {
  description?: string;
  /** Keys that may stand here, with what each means. Empty where any name may. */
  keys: { name: string; description?: string; required: boolean }[];
  /** Values that may stand here, where they are a closed list. */
  values: string[];
}

/** What may stand at a path, for completion and hovers; nothing where the path leads nowhere. */
export function describeAt(path: Path): Described | undefined {
  let here: Piece[] = [piece(profileSchema())];
  for (const step of path) {
    here = here.flatMap(alternatives).flatMap((one) => below(one, step));
    if (here.length === 0) return undefined;
  }
  const all = here.flatMap(alternatives);
  const description = here.map((one) => one.description).find((said) => said !== undefined);
  const keys = new Map<string, Described["keys"][number]>();
  for (const one of all) {
    for (const [name, property] of Object.entries(one.properties ?? {})) {
      const said = property.description;
      keys.set(name, {
        name,
        ...(said === undefined ? {} : { description: said }),
        required: one.required?.includes(name) ?? false,
      });
    }
  }
  const values = all.flatMap((one) => one.enum ?? (one.const === undefined ? [] : [one.const])).map(String);
  return { ...(description === undefined ? {} : { description }), keys: [...keys.values()], values };
}

const piece = (unknown: unknown): Piece => pieceSchema.parse(unknown);

interface Piece {
  description?: string | undefined;
  properties?: Record<string, Piece> | undefined;
  required?: string[] | undefined;
  additionalProperties?: Piece | boolean | undefined;
  items?: Piece | undefined;
  anyOf?: Piece[] | undefined;
  enum?: unknown[] | undefined;
  const?: unknown;
}

const pieceSchema: z.ZodType<Piece> = z.lazy(() =>
  z.object({
    description: z.string().optional(),
    properties: z.record(z.string(), pieceSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), pieceSchema]).optional(),
    items: pieceSchema.optional(),
    anyOf: z.array(pieceSchema).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
  }),
);

function alternatives(one: Piece): Piece[] {
  return one.anyOf === undefined ? [one] : one.anyOf.flatMap(alternatives);
}

function below(one: Piece, step: string | number): Piece[] {
  if (typeof step === "number") return one.items === undefined ? [] : [one.items];
  const own = one.properties?.[step];
  if (own !== undefined) return [own];
  return typeof one.additionalProperties === "object" ? [one.additionalProperties] : [];
}
