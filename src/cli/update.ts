import { resolve } from "node:path";
import type { Command } from "commander";
import { type OutputOptions, operateInCli, type World } from "./context.ts";
import { filesOf } from "./generate.ts";

/** Apart from generate, which asks nobody and makes the same bytes everywhere: this goes to the registries. */
export function addUpdate(program: Command, world: World): void {
  program
    .command("update")
    .description("Move sistership.lock to the images that the registries have now")
    .argument("[folder]", "the project's folder", ".")
    .option("--json", "print every report as one JSON object a line")
    .option("--why", "show the command and the reason of each step")
    .action(async (given: string, output: OutputOptions) => {
      const { update } = await import("../engine/blueprint/index.ts");
      const folder = resolve(world.cwd, given);
      await filesOf(folder, world);
      const { moves, written, edited } = await operateInCli(
        world,
        { title: "Update the images", about: folder, ...output },
        (task) => update(folder, world.env, task),
      );
      if (output.json) return;
      for (const { image, from = "not held", to = "no longer used" } of moves)
        world.stdout.write(`${image}: ${from} → ${to}\n`);
      if (moves.length === 0) world.stdout.write("Every image is the newest of its version.\n");
      for (const path of written) world.stdout.write(`Wrote ${path}.\n`);
      for (const path of edited)
        world.stderr.write(
          `${path} was changed by hand and is left as it is: see "sistership generate --diff".\n`,
        );
    });
}
