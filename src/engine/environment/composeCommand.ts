import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../process/index.ts";
import type { Here } from "./here.ts";
import { generatedFolder, rehearsalEnv, rehearsalFile } from "./local.ts";

/** What the profile cannot say: a Compose file of the user's own, laid over the generated one. */
const ownFile = "compose.override.yaml";

/** A `docker compose` command on the environment of a folder. */
export function compose(
  { folder, machine, rehearsal }: Here,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Command {
  const at = (name: string) => join(folder, generatedFolder, name);
  const files = rehearsal
    ? ["--env-file", at(rehearsalEnv), "--file", at(rehearsalFile)]
    : ["--file", at("compose.yaml"), ...(existsSync(at(ownFile)) ? ["--file", at(ownFile)] : [])];
  return {
    program: "docker",
    args: ["compose", "--progress", "plain", ...files, ...args],
    cwd: folder,
    env: { ...machine.env, COMPOSE_MENU: "false", ...env },
  };
}
