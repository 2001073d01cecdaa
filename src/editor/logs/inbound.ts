import { z } from "zod";
import type { FromLogs } from "../../../webview/protocol.ts";

const wording = z.object({ text: z.string().max(10_000), regex: z.boolean(), matchCase: z.boolean() });
const filter = z.object({
  processes: z.array(z.string()),
  level: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]),
  wording,
});
const row = z.number().int();
const count = z.number().int().min(0).max(5000);

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), filter, search: wording }),
  z.object({ type: z.literal("filter"), filter, at: z.number() }),
  z.object({ type: z.literal("search"), search: wording, at: z.number() }),
  z.object({ type: z.literal("seen") }),
  z.object({ type: z.literal("rows"), generation: z.number(), from: row, count }),
  z.object({ type: z.literal("find"), row, direction: z.enum(["next", "previous"]) }),
  z.object({ type: z.literal("copy"), from: row.optional(), to: row.optional() }),
  z.object({ type: z.literal("save") }),
  z.object({
    type: z.literal("open"),
    process: z.string(),
    path: z.string(),
    line: z.number().int(),
    column: z.number().int().optional(),
  }),
  z.object({ type: z.literal("up") }),
]) satisfies z.ZodType<FromLogs>;

/** What the view said; undefined for what is none of its messages. */
export function parseFromLogs(value: unknown): FromLogs | undefined {
  return message.safeParse(value).data;
}
