import { once } from "node:events";
import { resolve } from "node:path";
import { styleText } from "node:util";
import type { Command } from "commander";
import type { LogEvent, LogLine } from "../engine/environment/index.ts";
import { fault } from "../engine/process/index.ts";
import { machineOf, type World } from "./context.ts";
import { poolAt } from "./reach.ts";
import { projectIn, targetsAt } from "./stages.ts";

interface LogsOptions {
  follow?: true;
  since?: string;
  json?: true;
  folder: string;
  release?: true;
  stage?: string;
  services?: true;
  sshConfig?: string;
}

interface Asked {
  processes: readonly string[];
  follow: boolean;
  since?: Date;
  signal: AbortSignal;
}

const colours = ["cyan", "green", "yellow", "magenta", "blue", "cyanBright", "greenBright"] as const;

export function addLogs(program: Command, world: World): void {
  program
    .command("logs")
    .description("Print what the processes of the environment, or of a stage, printed, in the order of time")
    .argument("[process...]", 'only these processes and services; of a stage also "edge" and "release"')
    .option("-f, --follow", "go on until Ctrl-C")
    .option("--since <time>", "a date and time, or how long ago: 10m, 2h, 1d")
    .option("--json", "print every line as one JSON object")
    .option("--folder <folder>", "the project's folder", ".")
    .option("--release", "of the rehearsal of what is released")
    .option(
      "--stage <stage>",
      "not of this machine, but of a stage: every replica on every server, and the edge",
    )
    .option("--services", "with --stage: its databases and the like, too")
    .option("--ssh-config <file>", "with --stage: the SSH configuration to use in place of your own")
    .action(async (processes: string[], options: LogsOptions) => {
      const { follow, since, json, stage } = options;
      const from = since === undefined ? {} : { since: timeOf(since, Date.now()) };
      const { stdout } = world;
      const write = json ? asJson : asText(stdout.isTTY === true && !world.env.NO_COLOR);
      await untilStopped(world, async (signal) => {
        const show = (events: AsyncIterable<LogEvent>) => print(events, write, world, signal);
        const asked = { processes, follow: follow === true, ...from, signal };
        if (stage === undefined) return show(await ofEnvironment(asked, options, world));
        await using pool = poolAt(world, options);
        const folder = resolve(world.cwd, options.folder);
        const target = await targetsAt(world, { ...options, folder });
        const { profile } = await projectIn(folder);
        const { followStage } = await import("../engine/release/index.ts");
        const services = options.services === true;
        await show(followStage({ ...asked, profile, stage, services, reach: { pool, target } }));
      });
    });
}

async function ofEnvironment(
  asked: Asked,
  { folder, release }: LogsOptions,
  world: World,
): Promise<AsyncIterable<LogEvent>> {
  const { followLogs, projectOf } = await import("../engine/environment/index.ts");
  const here = {
    machine: machineOf(world),
    folder: resolve(world.cwd, folder),
    ...(release ? { rehearsal: {} } : {}),
  };
  const project = await projectOf(here);
  if (project === undefined) throw fault("not-up", [here.folder]);
  return followLogs({ ...asked, machine: here.machine, project });
}

/** Works until Ctrl-C, or until whoever read it has gone, as with "| head". */
async function untilStopped({ stdout }: World, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const cancel = new AbortController();
  const stop = () => cancel.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  stdout.on("error", stop);
  try {
    await work(cancel.signal);
  } catch (thrown) {
    if (!cancel.signal.aborted) throw thrown;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    stdout.off("error", stop);
  }
}

async function print(
  events: AsyncIterable<LogEvent>,
  write: (line: LogLine) => string,
  { stdout, stderr }: World,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of events) {
    if (event.kind === "connection" && event.state === "reconnecting") stderr.write(`${event.says}\n`);
    if (event.kind !== "lines") continue;
    // whoever reads has room again, or has gone
    if (!stdout.write(event.lines.map(write).join("")))
      await once(stdout, "drain", { signal }).catch(() => {});
  }
}

function asJson({ process, replica, server, time, stream, text }: LogLine): string {
  const where = { process, ...(replica ? { replica } : {}), ...(server ? { server } : {}) };
  return `${JSON.stringify({ time: new Date(time).toISOString(), ...where, stream, text })}\n`;
}

function asText(colour: boolean): (line: LogLine) => string {
  const known: string[] = [];
  let widest = 10;
  return ({ process, replica, server, text }) => {
    if (!known.includes(process)) known.push(process);
    const name = `${process}${replica ? `.${replica}` : ""}${server ? ` ${server}` : ""}`;
    widest = Math.max(widest, name.length);
    const head = `${name.padEnd(widest)} |`;
    const chosen = colours[known.indexOf(process) % colours.length] ?? "cyan";
    return `${colour ? styleText(chosen, head, { validateStream: false }) : head} ${text}\n`;
  };
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "10m" is that long ago; everything else is a date. */
function timeOf(text: string, now: number): Date {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ago = units[unit ?? ""];
  const time = ago === undefined ? Date.parse(text) : now - Number(count) * ago;
  if (Number.isNaN(time)) throw fault("time-unclear", [text]);
  return new Date(time);
}
