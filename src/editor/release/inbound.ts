import { z } from "zod";
import type { FromDeploy } from "../../../webview/protocol.ts";

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("seen") }),
  z.object({ type: z.literal("stage"), name: z.string() }),
  z.object({ type: z.literal("plan") }),
  z.object({ type: z.literal("deploy") }),
  z.object({ type: z.literal("cancel") }),
  z.object({ type: z.literal("rollBack") }),
  z.object({ type: z.literal("wait") }),
  z.object({ type: z.literal("breakLock") }),
  z.object({ type: z.literal("open") }),
  z.object({ type: z.literal("copy"), step: z.string() }),
  z.object({ type: z.literal("showLog") }),
]) satisfies z.ZodType<FromDeploy>;

/** What the panel said; undefined for what is none of its messages. */
export function parseFromDeploy(value: unknown): FromDeploy | undefined {
  return message.safeParse(value).data;
}
