import type { Reporter, Step } from "../step.ts";

interface LineOptions {
  write: (text: string) => void;
  /** Colours, where a terminal reads along. */
  colour: boolean;
  /** Show the command and the reason of each step. */
  why: boolean;
}

const marks = { running: "…", done: "✓", skipped: "–", cancelled: "■", failed: "✗" } as const;
const colours = { running: 36, done: 32, skipped: 90, cancelled: 33, failed: 31 } as const;

/** Steps as lines for people at a prompt. */
export function lineReporter({ write, colour, why }: LineOptions): Reporter {
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const print = (step: Step) => {
    if (step.state === "running" && !why) return; // its end says it all, and a log needs each step once
    write(`${paint(colours[step.state], marks[step.state])} ${step.title}${paint(90, tail(step))}\n`);
    if (step.state !== "running") return;
    if (step.why) write(`    ${paint(90, step.why)}\n`);
    if (step.command) write(`    ${paint(90, `$ ${step.command}`)}\n`);
  };
  return (report) => {
    if (report.kind === "step") print(report.step);
    if (report.kind === "line" && why) write(`    ${report.line.text}\n`);
  };
}

function tail(step: Step): string {
  switch (step.state) {
    case "running":
      return "";
    case "skipped":
      return `  ${step.because}`;
    case "done":
      return `${step.says ? `  ${step.says}` : ""}  ${seconds(step.ms)}`;
    case "cancelled":
      return `  cancelled after ${seconds(step.ms)}`;
    case "failed":
      return `  ${step.says}`;
  }
}

function seconds(ms: number): string {
  return ms < 100 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
