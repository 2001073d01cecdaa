import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of templates/ as text. The bundler replaces this module by one that holds them all. */
export function template(path: string): string {
  return readFileSync(join(import.meta.dirname, "../../../templates", path), "utf8");
}
