import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../process/index.ts";
import type { Here } from "./here.ts";
import { generatedFolder, overlaidFile, rehearsalEnv, rehearsalFile } from "./local.ts";

/** What the profile cannot say: a Compose file of the user's own, laid over the generated one. */
const ownFile = "compose.override.yaml";

/** The Compose files of an environment: the generated one first. A rehearsal takes nothing of the user's own. */
export function composeFiles({ folder, rehearsal }: Here): string[] {
  const at = (name: string) => join(folder, generatedFolder, name);
  if (rehearsal) return [at(rehearsalFile)];
  const generated = existsSync(at(overlaidFile)) ? overlaidFile : "compose.yaml";
  return [at(generated), ...(existsSync(at(ownFile)) ? [at(ownFile)] : [])];
}

/** A `docker compose` command on the environment of a folder. */
export function compose(
  here: Here,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Command {
  const { folder, machine, rehearsal } = here;
  const values = rehearsal ? ["--env-file", join(folder, generatedFolder, rehearsalEnv)] : [];
  const files = composeFiles(here).flatMap((file) => ["--file", file]);
  return {
    program: "docker",
    args: ["compose", "--progress", "plain", ...values, ...files, ...args],
    cwd: folder,
    env: { ...machine.env, COMPOSE_MENU: "false", ...env },
  };
}
