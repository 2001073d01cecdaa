import { resolve } from "node:path";
import type { Command } from "commander";
import type { FileStatus } from "../engine/blueprint/index.ts";
import type { World } from "./context.ts";

interface GenerateOptions {
  check?: true;
  diff?: true;
}

export function addGenerate(program: Command, world: World, onOutdated: () => void): void {
  program
    .command("generate")
    .description("Make the dev container, Compose file and Dockerfile from sistership.yaml")
    .argument("[folder]", "the project's folder", ".")
    .option("--check", "write nothing; exit with 1 when a file is out of date")
    .option("--diff", "write nothing; print what would change")
    .action(async (given: string, options: GenerateOptions) => {
      const folder = resolve(world.cwd, given);
      const all = await filesOf(folder, world);
      if (await put(folder, all, { ...options, by: "sistership generate" }, world)) onOutdated();
    });
}

/**
 * Writes what may be written, or says what would be. What somebody has changed by hand stays. Answers whether something
 * is not as it is generated.
 */
export async function put(
  folder: string,
  all: readonly FileStatus[],
  { check, diff: shown, by }: GenerateOptions & { by: string },
  { stdout, stderr }: Pick<World, "stdout" | "stderr">,
): Promise<boolean> {
  const { writable, apply } = await import("../engine/blueprint/index.ts");
  if (shown) for (const { diff, state } of all) if (state !== "own") stdout.write(diff);
  const pending = writable(all);
  const edited = all.filter(({ state }) => state === "edited");
  if (!check && !shown) {
    await apply(folder, pending);
    for (const { path, about } of pending) stdout.write(`Wrote ${path}. ${about}\n`);
    if (pending.length + edited.length === 0) stdout.write("Everything is up to date.\n");
  } else if (check) {
    for (const { path } of pending) stderr.write(`${path} is out of date: run "${by}".\n`);
  }
  for (const { file } of edited) {
    stderr.write(
      `${file.path} was changed by hand and is left as it is: see "${by} --diff", then move your change into sistership.yaml and delete the file, or delete its line with the hash to keep it.\n`,
    );
  }
  return edited.length > 0 || (check === true && pending.length > 0);
}

/** The files of a folder's profile; one that is wrong is said where, and generates nothing. */
export async function filesOf(folder: string, { stderr }: World) {
  const { projectStatus, wrongProfile } = await import("../engine/blueprint/index.ts");
  const found = await projectStatus(folder);
  for (const { file, start, message, severity } of found.problems) {
    stderr.write(`${file}:${start.line}:${start.column} ${severity}: ${message}\n`);
  }
  if (!found.ok) throw wrongProfile(folder, found.problems);
  return found.files;
}
