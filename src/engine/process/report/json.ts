import type { Reporter } from "../step.ts";

/** Every report as one object a line, for programs that read along. */
export function jsonReporter(write: (text: string) => void): Reporter {
  return (report) => write(`${JSON.stringify(report)}\n`);
}
