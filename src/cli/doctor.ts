import { resolve } from "node:path";
import type { Command } from "commander";
import { examine } from "../engine/environment/index.ts";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";

export function addDoctor(program: Command, world: World, onIllness: () => void): void {
  program
    .command("doctor")
    .description("Check that this machine can run environments")
    .argument("[folder]", "the project's folder", ".")
    .option("--json", "print every report as one JSON object a line")
    .option("--why", "show the command and the reason of each step")
    .action(async (folder: string, output: OutputOptions) => {
      const patient = { machine: machineOf(world), folder: resolve(world.cwd, folder) };
      const findings = await operateInCli(
        world,
        { title: "Check this machine", about: patient.folder, ...output },
        (task) => examine(patient, task),
      );
      if (findings.some((finding) => !finding.well)) onIllness();
    });
}
