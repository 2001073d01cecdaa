import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Proof, ReleasedImage, Shipment, Yard } from "../engine/image/index.ts";
import type { Task } from "../engine/process/index.ts";
import type { Link } from "../engine/server/index.ts";
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
      const { onStage, localStatus, wrongProfile } = await import("../engine/blueprint/index.ts");
      const { buildRelease, keepProofs, planSays, prepare, ship, yardHere } = await import(
        "../engine/image/index.ts"
      );
      const { resolveServer } = await import("../engine/server/index.ts");
      const machine = machineOf(world);
      const folder = resolve(world.cwd, options.folder);
      const found = await localStatus(folder);
      if (!found.ok) throw wrongProfile(folder, found.problems);
      const { stages } = onStage(found.profile, stage);
      const known = serversAt(world, { ...options, folder });
      const targets = (stages[stage]?.servers ?? []).map((name) => resolveServer(name, known));
      await using pool = poolAt(world, options);
      const tell = (one: Record<string, unknown>, line: string) =>
        world.stdout.write(options.json ? `${JSON.stringify(one)}\n` : `${line}\n`);

      const each = async (
        yard: Yard,
        images: readonly ReleasedImage[],
        links: readonly Link[],
        task: Task,
        work: (shipment: Shipment) => Promise<void>,
      ) => {
        for (const { reference } of images) {
          await using shipment = await prepare(yard, { image: reference, as: reference }, links, task.signal);
          for (const plan of shipment.servers) {
            const { server, bytes, about, missing } = plan;
            const says = planSays(plan, shipment.image);
            tell(
              { kind: "plan", server, image: reference, bytes, about, layers: missing.length, says },
              `${server}: ${reference}: ${says}`,
            );
          }
          await work(shipment);
        }
      };
      const proofs = await operateInCli(
        world,
        { title: options.plan ? "Plan a shipment" : "Ship", about: `${folder}, ${stage}`, ...options },
        async (task) => {
          const yard = await yardHere(machine);
          const links = await task.step(
            {
              id: "connect",
              title: "Servers",
              why: "They are asked what they have, so that only the rest is sent.",
            },
            () => Promise.all(targets.map((target) => pool.link(target, task.signal))),
          );
          const images = await buildRelease(yard, { machine, folder }, { stage }, task);
          const all: Proof[] = [];
          await each(yard, images, links, task, async (shipment) => {
            if (!options.plan) all.push(...(await ship(yard, shipment, task)));
          });
          return all;
        },
      );
      const state = join(world.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "sistership");
      await keepProofs(state, proofs);
      for (const proof of proofs)
        tell(
          { kind: "proof", ...proof },
          `${proof.server} has ${proof.reference}, the same as here: ${proof.config}`,
        );
    });
}
