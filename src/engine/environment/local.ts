import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fault } from "../process/index.ts";
import { quoted } from "./dotenv.ts";
import type { Here } from "./here.ts";

/** The folder of the generated files. Compose takes .env from here. */
export const generatedFolder = ".sistership";

/** What a rehearsal is made with. It follows from the profile and a stage, and is made anew each time. */
export const rehearsalFile = "compose.release.yaml";
export const rehearsalEnv = "release.env";

/** The Compose file of who has laid something over the profile. */
export const overlaidFile = "compose.local.yaml";

/**
 * Writes down for Compose what differs between machines: names, ports, the user's numbers. Not committed, no secrets.
 * Whoever types `docker compose`, and every editor with dev containers, then gets the same containers as we do.
 */
export function writeLocal(
  { folder, rehearsal }: Here,
  values: Readonly<Record<string, string | number>>,
): void {
  const lines = Object.entries(values).map(
    ([name, value]) => `${name}=${typeof value === "string" ? quoted(value) : value}\n`,
  );
  const head = "# Of this machine alone: made by Sistership, ignored by git.\n";
  writeGenerated(folder, rehearsal ? rehearsalEnv : ".env", `${head}${lines.join("")}`);
  const ignored = [".env", rehearsalEnv, rehearsalFile, overlaidFile, ".gitignore"].map(
    (name) => `/${name}\n`,
  );
  writeGenerated(folder, ".gitignore", `# Of one machine alone.\n${ignored.join("")}`);
}

/** A file beside the generated ones that Git does not see. */
export function writeGenerated(folder: string, name: string, text: string): void {
  const file = join(folder, generatedFolder, name);
  try {
    if (existsSync(file) && readFileSync(file, "utf8") === text) return;
    mkdirSync(join(folder, generatedFolder), { recursive: true });
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw fault("not-written", [file, error instanceof Error ? error.message : String(error)], {
      cause: error,
    });
  }
}
