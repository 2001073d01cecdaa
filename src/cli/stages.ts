import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { fault, type Task } from "../engine/process/index.ts";
import type { Ground, Reach } from "../engine/release/index.ts";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";
import { poolAt, type ReachOptions, serversAt } from "./reach.ts";

export interface StageOptions extends OutputOptions {
  folder: string;
  sshConfig?: string;
}

/** A command on a stage: where its project is, how its servers are reached. */
export function stageCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument("<stage>", "a stage of sistership.yaml, such as production")
    .option("--folder <folder>", "the project's folder", ".")
    .option("--ssh-config <file>", "the SSH configuration to use in place of your own")
    .option("--json", "print every report, and what was found, as one JSON object a line")
    .option("--why", "show the command and the reason of each step");
}

/** Does something on a stage: its servers are reached first, and let go of at the end. */
export async function onStage<T>(
  world: World,
  stage: string,
  title: string,
  options: StageOptions,
  work: (ground: Ground, task: Task) => Promise<T>,
): Promise<T> {
  const folder = resolve(world.cwd, options.folder);
  const { apply, writable } = await import("../engine/blueprint/index.ts");
  const { ground } = await import("../engine/release/index.ts");
  const { profile, files } = await projectIn(folder);
  await apply(folder, writable(files));
  const target = await targetsAt(world, { ...options, folder });
  await using pool = poolAt(world, options);
  return await operateInCli(world, { title, about: `${profile.name} ${stage}`, ...options }, async (task) => {
    const plan = {
      id: "reach",
      title: "Reach the servers",
      why: "All that follows goes over one connection to each: nothing of ours runs there.",
      command: `ssh ${(profile.stages[stage]?.servers ?? []).join(", ")}`,
    };
    const reached = await task.step(plan, () => ground(profile, stage, { pool, target }, task.signal));
    return work(reached, task);
  });
}

/** The project in a folder; one whose profile is wrong is none. */
export async function projectIn(folder: string) {
  const { projectStatus, wrongProfile } = await import("../engine/blueprint/index.ts");
  const found = await projectStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  return found;
}

/** What names of servers mean here. */
export async function targetsAt(world: World, options: ReachOptions): Promise<Reach["target"]> {
  const { resolveServer } = await import("../engine/server/index.ts");
  const known = serversAt(world, options);
  return (name) => {
    const { entry, ...to } = resolveServer(name, known);
    return { ...to, ...(entry?.region === undefined ? {} : { region: entry.region }) };
  };
}

/** Who does it, for the journal and for whoever comes meanwhile. */
export const doer = () => ({ who: `${userInfo().username}@${hostname()}`, now: () => new Date() });

/** Where this user keeps what was seen. */
export function stateOf(world: World): string {
  const { env, home } = machineOf(world);
  return join(env.XDG_STATE_HOME || join(home, ".local", "state"), "sistership");
}

/** What a command has found, for people or for programs. */
export function tell(world: World, { json }: OutputOptions, found: unknown, lines: readonly string[]): void {
  world.stdout.write(json ? `${JSON.stringify(found)}\n` : lines.map((line) => `${line}\n`).join(""));
}

/** A whole number of at least `least`. */
export function numberOf(text: string, least: number, what: string, self: Command): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) self.error(`${what} is a whole number from ${least} on.`);
  return number;
}

/** Asks before something that people notice; without a terminal only --yes says yes. */
export async function sure(world: World, question: string, yes: true | undefined): Promise<void> {
  if (yes) return;
  const { confirmed } = await import("./prompt.ts");
  if (!process.stdin.isTTY) throw fault("answers-needed", [question]);
  if (!(await confirmed(question, world.stderr))) throw fault("cancelled", ["This"]);
}
