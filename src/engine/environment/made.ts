import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { composeFiles } from "./composeCommand.ts";
import type { Here } from "./here.ts";

/** Service → field → what it is made with, as a digest: no value is kept. */
export type Made = Record<string, Record<string, string>>;

const file = z.object({ services: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) });

/** What the Compose files of an environment say of each service; `fresh` stands for the generated one where it is not written yet. */
export async function described(here: Here, fresh?: string): Promise<Made> {
  const [generated = "", ...own] = composeFiles(here);
  const texts = [
    fresh ?? (await readFile(generated, "utf8").catch(() => "")),
    ...(await Promise.all(own.map((path) => readFile(path, "utf8")))),
  ];
  const made: Made = {};
  for (const text of texts) {
    const { data } = file.safeParse(parse(text, { logLevel: "error" }) ?? {});
    for (const [service, fields] of Object.entries(data?.services ?? {})) {
      made[service] ??= {};
      const of = made[service];
      for (const [name, value] of fieldsOf(fields)) of[name] = digest([of[name] ?? "", value]);
    }
  }
  return made;
}

/** The fields in which a service is described otherwise than what runs was made with; none where nothing is known of it. */
export function changed(before: Made, now: Made, service: string): string[] {
  const [was, is] = [before[service], now[service]];
  if (was === undefined || is === undefined) return [];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => was[name] !== is[name])
    .sort();
}

/** Of variables, which one; of everything else, the field. */
function fieldsOf(fields: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(fields).flatMap(([name, value]): [string, unknown][] =>
    name === "environment" && typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([variable, said]) => [`environment.${variable}`, said])
      : [[name, value]],
  );
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
