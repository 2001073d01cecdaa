import { resolve } from "node:path";
import type { Command } from "commander";
import { fault } from "../engine/process/index.ts";
import type { World } from "./context.ts";
import { chosen, listOf } from "./only.ts";

export function addDetect(program: Command, world: World, onNothing: () => void): void {
  program
    .command("detect")
    .description("Say what a repository is made of, and which file says so; nothing is run or written")
    .argument("[folder]", "the repository", ".")
    .option("--json", "print one JSON object")
    .option(
      "--only <folders>",
      "of several applications only those in these folders, with commas between",
      listOf,
    )
    .action(async (folder: string, { json, only }: { json?: true; only?: string[] }, command: Command) => {
      const { detect, manyApplications } = await import("../engine/profile/index.ts");
      const whole = await detect(resolve(world.cwd, folder));
      chosen(whole.apps, only, command);
      const found = only === undefined ? whole : await detect(resolve(world.cwd, folder), { only });
      const recognised = found.profile.runtime !== undefined;
      if (json) {
        world.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
        if (!recognised) onNothing();
        return;
      }
      if (!recognised) throw fault("nothing-recognised", [resolve(world.cwd, folder)]);
      const widest = Math.max(...found.evidence.map(({ path }) => path.length));
      for (const { path, value, because, file, line } of found.evidence) {
        world.stdout.write(
          `${path.padEnd(widest)}  ${value}\n${" ".repeat(widest)}    ${because} (${file}:${line})\n`,
        );
      }
      for (const { ask, options, default: preset } of found.questions) {
        world.stdout.write(`? ${ask} ${options.join(" | ")} (taken: ${preset})\n`);
      }
      if (found.apps.length >= manyApplications)
        world.stdout.write(
          `${found.apps.length} applications are here: ${found.apps.map(({ dir }) => dir).join(", ")}. All become processes of one profile; --only ${found.apps[0]?.dir} takes one of them.\n`,
        );
    });
}
