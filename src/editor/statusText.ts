import type { LiveEnvironment } from "./environment/live.ts";
import { type Checkup, overall } from "./environment/rows.ts";
import type { CommandId } from "./ids.ts";
import type { GoesOn } from "./operations.ts";

export interface StatusText {
  text: string;
  tooltip: string;
  command: CommandId | "sistership.environment.focus";
}

/** What the status bar says: what runs now, else what the last check found. Nothing known is said so. */
export function statusText(
  running: GoesOn | undefined,
  checkup: Checkup | undefined,
  environments: readonly LiveEnvironment[] = [],
): StatusText {
  if (running) {
    const { title, shownBy } = running;
    return {
      text: `$(sync~spin) ${title}`,
      tooltip: `${title} is running. Click to ${shownBy ? "see it" : "cancel"}.`,
      command: shownBy ?? "sistership.cancel",
    };
  }
  const command = "sistership.environment.focus";
  const known = environments.flatMap(({ live, rehearsal }) =>
    live.is === "known" && !rehearsal ? [live.status] : [],
  );
  const up = known.filter(({ parts }) => parts.some(({ state }) => state !== "absent" && state !== "ended"));
  const problem = checkup?.findings.some((finding) => !finding.well) ?? false;
  if (up.length > 0 && !problem) {
    const said = up.map((status) => `${status.name}: ${overall(status).said}`);
    const well = up.every((status) => overall(status).said === "running");
    return {
      text: `${well ? "$(vm-running)" : "$(warning)"} ${up.map(({ name }) => name).join(", ")}`,
      tooltip: `${said.join("\n")}\nClick to see its processes and services.`,
      command,
    };
  }
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
