import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Here } from "../here.ts";
import { recall } from "../memory.ts";

/** The name of the Compose project of a folder; undefined where it has none. */
export async function projectOf(here: Here): Promise<string | undefined> {
  const remembered = recall(here)?.project;
  if (remembered !== undefined || here.rehearsal) return remembered;
  try {
    const file = await readFile(join(here.folder, ".sistership", "compose.yaml"), "utf8");
    return z.object({ name: z.string() }).parse(parse(file)).name;
  } catch {
    return undefined;
  }
}
