import { resolve } from "node:path";
import type { Command } from "commander";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";
import { poolAt, serversAt } from "./reach.ts";

interface ParityOptions extends OutputOptions {
  stage?: string[];
  sshConfig?: string;
}

const marks = { same: "=", differs: "≠", unknown: "?" } as const;

export function addParity(program: Command, world: World, onDifference: () => void): void {
  program
    .command("parity")
    .description(
      "Compare what is developed in with what is released, here and on servers; exits with 1 when they differ",
    )
    .argument("[folder]", "the project's folder", ".")
    .option("--stage <stage...>", "look too at what the servers of these stages have")
    .option("--ssh-config <file>", "the SSH configuration to use in place of your own")
    .option("--json", "print one JSON object")
    .action(async (folder: string, { stage: stages = [], json, sshConfig }: ParityOptions) => {
      const { parity } = await import("../engine/environment/index.ts");
      const { stageSides } = await import("../engine/image/index.ts");
      const { serversOf } = await import("../engine/server/index.ts");
      const here = { machine: machineOf(world), folder: resolve(world.cwd, folder) };
      const reach = { folder: here.folder, ...(sshConfig === undefined ? {} : { sshConfig }) };
      await using pool = poolAt(world, reach);
      const { sides, rows, verdict } = await operateInCli(
        world,
        { title: "Compare", about: here.folder },
        (task) =>
          parity(here, task, async (profile) => {
            const known = stages.length > 0 ? serversAt(world, reach) : [];
            const found = stages.map(async (stage) => {
              const targets = serversOf(profile, stage, known);
              const links = await Promise.all(targets.map((target) => pool.link(target, task.signal)));
              return stageSides(profile, stage, links, task);
            });
            return (await Promise.all(found)).flat();
          }),
      );
      if (verdict !== "same") onDifference();
      if (json) return void world.stdout.write(`${JSON.stringify({ sides, rows, verdict }, null, 2)}\n`);
      const table = [
        ["", "", ...sides, ""],
        ...rows.map((row) => [marks[row.verdict], row.about, ...row.values, row.says]),
      ];
      const widths =
        table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
      for (const row of table)
        world.stdout.write(
          `${row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd()}\n`,
        );
      world.stdout.write(`${summary[verdict]}\n`);
    });
}

const summary = {
  same: "What is developed in is what is released.",
  differs: "What is developed in is not what is released: see the lines with ≠.",
  unknown:
    'Not everything runs: start it with "sistership up" and "sistership up --release", then compare again.',
} as const;
