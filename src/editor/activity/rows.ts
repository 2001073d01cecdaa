import type { Outcome, Report, Step } from "../../engine/process/index.ts";
import { icons, type Row } from "../tree/row.ts";

const shown = 50;

interface Operation {
  id: string;
  title: string;
  about: string;
  at: Date;
  steps: Map<string, Step>;
  outcome?: Outcome;
}

/** What was done, newest first: from the journal, and from what runs in this window now. */
export function activityRows(journal: readonly Report[], live: readonly Report[], now: Date): Row[] {
  const operations = new Map<string, Operation>();
  for (const report of journal) collect(operations, report);
  for (const report of live) collect(operations, report);
  const running = new Set(live.map(({ operation }) => operation));
  return [...operations.values()]
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, shown)
    .map((operation, index) => row(operation, running.has(operation.id), index === 0, now));
}

function collect(operations: Map<string, Operation>, report: Report): void {
  if (report.kind === "began") {
    const { operation: id, title, about, at } = report;
    const known = operations.get(id);
    if (!known) operations.set(id, { id, title, about, at: new Date(at), steps: new Map() });
    return;
  }
  const operation = operations.get(report.operation);
  if (!operation) return; // its beginning was in a journal that has been put away
  if (report.kind === "step") operation.steps.set(report.step.id, report.step);
  if (report.kind === "ended") operation.outcome = report;
}

function row(
  { id, title, about, at, steps, outcome }: Operation,
  live: boolean,
  newest: boolean,
  now: Date,
): Row {
  const state = outcome ? outcome.outcome : live ? "running" : "unknown";
  const words = {
    done: "done",
    failed: "failed",
    cancelled: "cancelled",
    running: "running",
    unknown: "ended without a word",
  };
  const look = {
    done: icons.good,
    failed: icons.bad,
    cancelled: icons.cancelled,
    running: icons.busy,
    unknown: icons.unknown,
  };
  const time = when(at, now);
  const failed = [...steps.values()].filter((step) => step.state === "failed").length;
  // an operation may do all it set out to do and still find things wrong: that is not green
  const found = state === "done" && failed > 0;
  const said = found ? `done, ${failed} ${failed === 1 ? "problem" : "problems"}` : words[state];
  return {
    id,
    label: title,
    description: `${said}, ${time}`,
    tooltip: `**${title}**\n\n${about}\n\n${at.toLocaleString()}`,
    icon: found ? icons.found : look[state],
    spoken: `${title}: ${said}, ${time}`,
    expanded: newest,
    children: [...steps.values()].map((step) => stepRow(id, step)),
  };
}

function stepRow(operation: string, step: Step): Row {
  const look = {
    done: icons.good,
    failed: icons.bad,
    cancelled: icons.cancelled,
    skipped: icons.skipped,
    running: icons.busy,
  };
  const says = sentence(step);
  return {
    id: `${operation}/${step.id}`,
    label: step.title,
    description: says,
    tooltip: [says, step.why, step.command ? `By hand: \`${step.command}\`` : undefined]
      .filter(Boolean)
      .join("\n\n"),
    icon: look[step.state],
    spoken: `${step.title}: ${step.state}, ${says}`,
    ...(step.command ? { facets: ["command"] as const, subject: step.command } : {}),
  };
}

function sentence(step: Step): string {
  switch (step.state) {
    case "running":
      return "running";
    case "skipped":
      return step.because;
    case "failed":
      return step.says;
    case "cancelled":
      return "cancelled";
    case "done":
      return `${step.says ? `${step.says}, ` : ""}${step.ms < 1000 ? `${step.ms} ms` : `${(step.ms / 1000).toFixed(1)} s`}`;
  }
}

/** A time of today, or the day too. */
export function when(at: Date, now: Date): string {
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return at.toDateString() === now.toDateString() ? time : `${at.toLocaleDateString()} ${time}`;
}
