import { z } from "zod";
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
