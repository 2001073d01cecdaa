import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { Printed } from "../engine/release/index.ts";
import type { World } from "./context.ts";
import { doer, onStage, type StageOptions, stageCommand, tell } from "./stages.ts";

/** The command that runs a program on a stage, with this terminal at its other end. Its exit code is ours. */
export function addRunIn(program: Command, world: World, exitWith: (code: number) => void): void {
  stageCommand(
    program,
    "run",
    "Run a program once in the image that is live: sistership run production -- python manage.py check",
  )
    .argument("<program...>", "the program and its arguments")
    .option(
      "--process <process>",
      "as this process, with its image, variables and secrets; else the main one",
    )
    .action(async (stage: string, args: string[], options: StageOptions & { process?: string }) => {
      const { runIn } = await import("../engine/release/index.ts");
      const print = ({ from, bytes }: Printed) => {
        if (options.json) tell(world, options, { kind: "printed", from, text: bytes.toString("utf8") }, []);
        else (from === "stdout" ? world.stdout : world.stderr).write(bytes);
      };
      const { process } = options;
      const one = {
        ...{ ...doer(), print, program: args, id: randomBytes(4).toString("hex") },
        ...(process === undefined ? {} : { process }),
      };
      const code = await onStage(world, stage, `Run ${args[0]}`, options, (ground, task) =>
        runIn({ ...one, ground }, task),
      );
      if (options.json) tell(world, options, { kind: "ran", code }, []);
      exitWith(code);
    });
}
