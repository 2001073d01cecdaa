import type { Checkup } from "./environment/rows.ts";
import type { CommandId } from "./ids.ts";

export interface StatusText {
  text: string;
  tooltip: string;
  command: CommandId | "sistership.environment.focus";
}

/** What the status bar says: what runs now, else what the last check found. Nothing known is said so. */
export function statusText(running: string | undefined, checkup: Checkup | undefined): StatusText {
  if (running) {
    return {
      text: `$(sync~spin) ${running}`,
      tooltip: `${running} is running. Click to cancel.`,
      command: "sistership.cancel",
    };
  }
  const command = "sistership.environment.focus";
  if (!checkup) {
    return {
      text: "$(server-environment) Sistership",
      tooltip: "This machine has not been checked yet.",
      command,
    };
  }
  const problems = checkup.findings.filter((finding) => !finding.well);
  if (problems.length === 0) {
    return { text: "$(server-environment) Sistership", tooltip: "This machine is ready.", command };
  }
  return {
    text: `$(warning) Sistership: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`,
    tooltip: problems.map(({ says }) => says).join("\n"),
    command,
  };
}
