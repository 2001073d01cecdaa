import { homedir } from "node:os";
import type { Machine } from "../engine/docker/index.ts";
import {
  journalFile,
  journalReporter,
  jsonReporter,
  lineReporter,
  operate,
  type Task,
  tee,
} from "../engine/process/index.ts";

/** The world of the CLI, handed in so that nothing below reads it for itself. */
export interface World {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  cwd: string;
  platform: NodeJS.Platform;
  /** The file of this program. */
  program: string;
}

export interface OutputOptions {
  json?: true;
  why?: true;
}

export function machineOf({ env, platform }: World): Machine {
  return { env, platform, home: homedir() };
}

/** Runs an operation for the CLI: steps to standard error, or every report to standard output with --json; kept in the journal. */
export async function operateInCli<T>(
  world: World,
  { title, about, json, why }: { title: string; about: string } & OutputOptions,
  work: (task: Task) => Promise<T>,
): Promise<T> {
  const { stdout, stderr, env } = world;
  const cancel = new AbortController();
  const onSignal = () => cancel.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const journal = journalReporter(journalFile(env, homedir()), (error) =>
    stderr.write(`The journal could not be written: ${error instanceof Error ? error.message : error}\n`),
  );
  const show = json
    ? jsonReporter((text) => stdout.write(text))
    : lineReporter({
        write: (text) => stderr.write(text),
        colour: stderr.isTTY === true && !env.NO_COLOR,
        why: why === true,
        live: stderr.isTTY === true,
      });
  try {
    return await operate({ title, about, signal: cancel.signal, report: tee(journal, show) }, work);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}
