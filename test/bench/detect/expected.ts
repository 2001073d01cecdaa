import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** What is right for a tree. A list holds alternatives that are equally right; a field that is absent is not judged. */
const expectation = z.strictObject({
  language: z.union([z.string(), z.array(z.string())]).optional(),
  manager: z.union([z.string(), z.array(z.string())]).optional(),
  /** null: no framework at all. */
  framework: z.union([z.string(), z.null(), z.array(z.string())]).optional(),
  version: z.union([z.string(), z.array(z.string())]).optional(),
  /** null: no program of its own, files are served. */
  start: z.union([z.null(), z.array(z.string())]).optional(),
  /** Folders, any of which is right to serve: with `start: null`, and for PHP its document root. */
  serve: z.array(z.string()).optional(),
  /** The repository's own Dockerfile, whose command is as right as one of `start`. */
  dockerfile: z.string().optional(),
  /** What the build must name, where the name of the program alone does not say what it was built from. */
  builds: z.array(z.string()).optional(),
  port: z.union([z.number(), z.array(z.number())]).optional(),
  services: z.array(z.string()).optional(),
  apps: z
    .array(
      z.strictObject({
        path: z.string(),
        language: z.string(),
        framework: z.union([z.string(), z.array(z.string())]).optional(),
      }),
    )
    .optional(),
  /** Nothing else in the tree is an application, however much it looks like one. */
  alone: z.literal(true).optional(),
  release: z.array(z.string()).optional(),
  workers: z.array(z.array(z.string())).optional(),
  note: z.string(),
});

export type Expected = z.infer<typeof expectation>;

export function readExpected(tree: string): Expected {
  const file = join(import.meta.dirname, "expected", `${tree}.json`);
  return expectation.parse(JSON.parse(readFileSync(file, "utf8")));
}
