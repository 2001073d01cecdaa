import { resolve } from "node:path";
import type { Command } from "commander";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";

const marks = { same: "=", differs: "≠", unknown: "?" } as const;

export function addParity(program: Command, world: World, onDifference: () => void): void {
  program
    .command("parity")
    .description("Compare what is developed in with what is released; exits with 1 when they differ")
    .argument("[folder]", "the project's folder", ".")
    .option("--json", "print one JSON object")
    .action(async (folder: string, { json }: OutputOptions) => {
      const { parity } = await import("../engine/environment/index.ts");
      const here = { machine: machineOf(world), folder: resolve(world.cwd, folder) };
      const { sides, rows, verdict } = await operateInCli(
        world,
        { title: "Compare", about: here.folder },
        (task) => parity(here, task),
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
