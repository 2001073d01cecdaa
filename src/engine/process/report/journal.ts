import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Report, Reporter } from "../step.ts";

const largest = 1024 * 1024;

/** The file in which this user's operations are kept, whoever started them: the editor or the CLI. */
export function journalFile(env: NodeJS.ProcessEnv, home: string): string {
  return `${env.XDG_STATE_HOME || `${home}/.local/state`}/sistership/activity.jsonl`;
}

/**
 * Keeps what was done: every operation and the end of every step, never what programs print (that may hold secrets).
 * A journal that cannot be written must not stop the work: it is told once, through `onTrouble`.
 */
export function journalReporter(file: string, onTrouble: (error: unknown) => void): Reporter {
  let told = false;
  return (report) => {
    if (report.kind === "line" || report.kind === "progress") return;
    if (report.kind === "step" && report.step.state === "running") return;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      makeRoom(file);
      appendFileSync(file, `${JSON.stringify(report)}\n`, { mode: 0o600 });
    } catch (error) {
      if (!told) onTrouble(error);
      told = true;
    }
  };
}

function makeRoom(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largest) renameSync(file, `${file}.1`);
}

/** The reports kept in a journal, oldest first. Lines that a crash cut short are left out. */
export function readJournal(file: string): Report[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Report];
    } catch {
      return [];
    }
  });
}
