import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Sending } from "../engine/image/index.ts";
import { journalFile } from "../engine/process/index.ts";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";
import { poolAt, serversAt } from "./reach.ts";

interface ShipOptions extends OutputOptions {
  folder: string;
  plan?: true;
  sshConfig?: string;
}

/** Brings the images of a stage to its servers. */
export function addShip(program: Command, world: World): void {
  program
    .command("ship")
    .description(
      "Build what is released and bring it to the servers of a stage; nothing that runs is changed",
    )
    .argument("<stage>", "the stage")
    .option("--folder <folder>", "the project's folder", ".")
    .option("--plan", "only say what would be sent")
    .option("--ssh-config <file>", "the SSH configuration to use in place of your own")
    .option("--json", "print every report, and what was sent, as one JSON object a line")
    .option("--why", "show the command and the reason of each step")
    .action(async (stage: string, options: ShipOptions) => {
      const { localStatus, wrongProfile } = await import("../engine/blueprint/index.ts");
      const { keepProofs, shipStage, yardHere } = await import("../engine/image/index.ts");
      const { serversOf } = await import("../engine/server/index.ts");
      const machine = machineOf(world);
      const folder = resolve(world.cwd, options.folder);
      const found = await localStatus(folder);
      if (!found.ok) throw wrongProfile(folder, found.problems);
      const targets = serversOf(found.profile, stage, serversAt(world, { ...options, folder }));
      await using pool = poolAt(world, options);
      const tell = (one: Record<string, unknown>, line: string) =>
        world.stdout.write(options.json ? `${JSON.stringify(one)}\n` : `${line}\n`);
      const proofs = await operateInCli(
        world,
        { title: options.plan ? "Plan a shipment" : "Ship", about: `${folder}, ${stage}`, ...options },
        async (task) => {
          const yard = await yardHere(machine);
          const plan = {
            id: "connect",
            title: "Servers",
            why: "They are asked what they have, so that only the rest is sent.",
          };
          const links = await task.step(plan, () =>
            Promise.all(targets.map((target) => pool.link(target, task.signal))),
          );
          const agree = async (sendings: readonly Sending[]) => {
            for (const sending of sendings)
              tell({ kind: "plan", ...sending }, `${sending.server}: ${sending.image}: ${sending.says}`);
            return !options.plan;
          };
          return shipStage({ machine, folder, stage, links, yard, agree }, task);
        },
      );
      await keepProofs(dirname(journalFile(world.env, homedir())), proofs);
      for (const proof of proofs)
        tell(
          { kind: "proof", ...proof },
          `${proof.server} has ${proof.reference}, the same as here: ${proof.config}`,
        );
    });
}
