import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { fault } from "../engine/process/index.ts";
import type { World } from "./context.ts";
import { doer, onStage, type StageOptions, stageCommand, tell } from "./stages.ts";

/** The command that puts a page in front of a stage, and takes it away. */
export function addMaintenance(program: Command, world: World): void {
  stageCommand(
    program,
    "maintenance",
    "Show visitors of a stage a page while you work on it; off takes it away, once the application is well",
  )
    .argument("<state>", "on or off")
    .action(async (stage: string, state: string, options: StageOptions, self: Command) => {
      if (state !== "on" && state !== "off") self.error("Say on or off.");
      const { maintenanceOff, maintenanceOn } = await import("../engine/release/index.ts");
      const folder = resolve(world.cwd, options.folder);
      await onStage(world, stage, `Maintenance ${state}`, options, (ground, task) => {
        const by = { ...doer(), ground };
        return state === "off"
          ? maintenanceOff(by, task)
          : maintenanceOn(by, pageIn(folder, ground.stage.maintenance), task);
      });
      const says = state === "on" ? "Visitors see the page." : "Visitors see the application again.";
      tell(world, options, { kind: "maintenance", state }, [says]);
    });
}

function pageIn(folder: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch (cause) {
    throw fault("page-missing", [file], { cause });
  }
}
