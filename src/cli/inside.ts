import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Command as Program } from "commander";
import type { Here } from "../engine/environment/index.ts";
import { type Command, fault } from "../engine/process/index.ts";
import { machineOf, operateInCli, type World } from "./context.ts";
import { doer, onStage, type StageOptions } from "./stages.ts";
import { promptedValues } from "./values.ts";

interface In {
  folder?: string;
}

/** The commands that run something inside the environment, with this terminal at the other end. */
export function addInside(program: Program, world: World, exitWith: (code: number) => void): void {
  const hereOf = ({ folder = "." }: In): Here => ({
    machine: machineOf(world),
    folder: resolve(world.cwd, folder),
  });
  const tty = process.stdin.isTTY === true && world.stdout.isTTY === true;

  program
    .command("exec")
    .description("Run a program inside the environment: sistership exec -- npm outdated")
    .argument("<program...>", "the program and its arguments")
    .option("--in <process>", "in the container of this process or service, not in the workspace")
    .option("--folder <folder>", "the project's folder")
    .action(async (args: string[], options: In & { in?: string }) => {
      const { execCommand, openKeys } = await import("../engine/environment/index.ts");
      const here = hereOf(options);
      using keys = await openKeys(here, options.in);
      await keys.ready;
      const name = options.in === undefined ? {} : { name: options.in };
      exitWith(await attached(await execCommand(here, args, { tty, env: keys.env, ...name })));
    });

  program
    .command("shell")
    .description("Open a shell inside the environment; in a database, its client")
    .argument("[process]", "a process or service, instead of the workspace")
    .option("--folder <folder>", "the project's folder")
    .action(async (name: string | undefined, options: In) => {
      if (!tty) throw fault("no-terminal", ["shell"]);
      const { openKeys, shellCommand } = await import("../engine/environment/index.ts");
      const here = hereOf(options);
      using keys = await openKeys(here, name);
      await keys.ready;
      exitWith(await attached(await shellCommand(here, keys.env, name)));
    });

  program
    .command("test")
    .description("Run the project's tests inside the environment")
    .argument("[folder]", "the project's folder", ".")
    .action(async (folder: string) => {
      const { testCommands } = await import("../engine/environment/index.ts");
      const here = hereOf({ folder });
      using tests = await operateInCli(world, { title: "Test", about: here.folder }, (task) =>
        testCommands(here, promptedValues(here, world), task),
      );
      for (const command of tests.commands) {
        const code = await attached(command);
        if (code !== 0) return exitWith(code);
      }
    });

  program
    .command("restart")
    .description("Restart one process or service, and wait until it is healthy")
    .argument("<process>", "its name in sistership.yaml")
    .option("--folder <folder>", "the project's folder", ".")
    .option("--stage <stage>", "not on this machine, but on a stage: its replicas, one beside the other")
    .option("--ssh-config <file>", "with --stage: the SSH configuration to use in place of your own")
    .option("--json", "print every report as one JSON object a line")
    .option("--why", "show the command and the reason of each step")
    .action(async (name: string, { stage, ...options }: StageOptions & { stage?: string }) => {
      const title = `Restart ${name}`;
      if (stage !== undefined) {
        const { restart } = await import("../engine/release/index.ts");
        return onStage(world, stage, title, options, (ground, task) =>
          restart({ ...doer(), ground }, name, task),
        );
      }
      const { control } = await import("../engine/environment/index.ts");
      const here = hereOf(options);
      await operateInCli(world, { title, about: here.folder, ...options }, (task) =>
        control(here, "restart", name, task),
      );
    });
}

/** Runs a program with this terminal, and answers with its exit code. */
function attached({ program, args = [], cwd, env }: Command): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(program, [...args], { stdio: "inherit", cwd, env: { ...process.env, ...env } });
    child.once("error", () => failed(fault("program-missing", [program])));
    child.once("exit", (code) => done(code ?? 130));
  });
}
