import { once } from "node:events";
import { resolve } from "node:path";
import { styleText } from "node:util";
import type { Command } from "commander";
import type { LogLine } from "../engine/environment/index.ts";
import { fault } from "../engine/process/index.ts";
import { machineOf, type World } from "./context.ts";

interface LogsOptions {
  follow?: true;
  since?: string;
  json?: true;
  folder: string;
  release?: true;
}

const colours = ["cyan", "green", "yellow", "magenta", "blue", "cyanBright", "greenBright"] as const;

export function addLogs(program: Command, world: World): void {
  program
    .command("logs")
    .description("Print what the processes of the environment printed, in the order of time")
    .argument("[process...]", "only these processes and services")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("--since <time>", "a date and time, or how long ago: 10m, 2h, 1d")
    .option("--json", "print every line as one JSON object")
    .option("--folder <folder>", "the project's folder", ".")
    .option("--release", "of the rehearsal of what is released")
    .action(async (processes: string[], { follow, since, json, folder, release }: LogsOptions) => {
      const { followLogs, projectOf } = await import("../engine/environment/index.ts");
      const here = {
        machine: machineOf(world),
        folder: resolve(world.cwd, folder),
        ...(release ? { rehearsal: {} } : {}),
      };
      const project = await projectOf(here);
      if (project === undefined) throw fault("not-up", [here.folder]);
      const cancel = new AbortController();
      const stop = () => cancel.abort();
      const { stdout } = world;
      process.once("SIGINT", stop).once("SIGTERM", stop);
      stdout.on("error", stop); // whoever read it has gone, as with "| head"
      const from = since === undefined ? {} : { since: timeOf(since, Date.now()) };
      const write = json ? asJson : asText(stdout.isTTY === true && !world.env.NO_COLOR);
      try {
        const options = { machine: here.machine, project, processes, follow: follow === true, ...from };
        for await (const event of followLogs({ ...options, signal: cancel.signal })) {
          if (event.kind === "connection" && event.state === "reconnecting")
            world.stderr.write("Docker stopped answering, trying again…\n");
          if (event.kind !== "lines") continue;
          if (!stdout.write(event.lines.map(write).join("")))
            await once(stdout, "drain", { signal: cancel.signal }).catch(stop);
        }
      } finally {
        process.off("SIGINT", stop).off("SIGTERM", stop);
        stdout.off("error", stop);
      }
    });
}

function asJson({ process, time, stream, text }: LogLine): string {
  return `${JSON.stringify({ time: new Date(time).toISOString(), process, stream, text })}\n`;
}

function asText(colour: boolean): (line: LogLine) => string {
  const known: string[] = [];
  return ({ process, text }) => {
    if (!known.includes(process)) known.push(process);
    const head = `${process.padEnd(10)} |`;
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
