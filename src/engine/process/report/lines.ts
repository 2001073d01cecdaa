import type { Reporter, Step } from "../step.ts";
import { progressText } from "./progress.ts";

interface LineOptions {
  write: (text: string) => void;
  /** Colours, where a terminal reads along. */
  colour: boolean;
  /** Show the command and the reason of each step. */
  why: boolean;
  /** Show how far a step is, in a line that the next one takes the place of: for terminals alone. */
  live?: boolean;
}

const marks = { running: "…", done: "✓", skipped: "–", cancelled: "■", failed: "✗" } as const;
const colours = { running: 36, done: 32, skipped: 90, cancelled: 33, failed: 31 } as const;

/** Steps as lines for people at a prompt. */
export function lineReporter({ write: put, colour, why, live = false }: LineOptions): Reporter {
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const titles = new Map<string, string>();
  let passing = false;
  const write = (text: string) => {
    put(passing ? `\r\x1b[2K${text}` : text);
    passing = false;
  };
  const pass = (text: string) => {
    put(`\r\x1b[2K${text}`);
    passing = true;
  };
  const print = (step: Step) => {
    titles.set(step.id, step.title);
    if (step.state === "running" && !why) return; // its end says it all, and a log needs each step once
    write(`${paint(colours[step.state], marks[step.state])} ${step.title}${paint(90, tail(step))}\n`);
    if (step.state !== "running") return;
    if (step.why) write(`    ${paint(90, step.why)}\n`);
    if (step.command) write(`    ${paint(90, `$ ${step.command}`)}\n`);
  };
  return (report) => {
    if (report.kind === "step") print(report.step);
    if (report.kind === "progress" && live)
      pass(
        `${paint(colours.running, marks.running)} ${titles.get(report.step) ?? ""}  ${progressText(report.progress)}`,
      );
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
