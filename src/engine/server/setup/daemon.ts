import { z } from "zod";

/** What daemon.json has to become: its text, and what changes in it, in words. */
export interface DaemonChange {
  text: string;
  changes: string[];
}

const settings = z.record(z.string(), z.unknown());
const options = z.record(z.string(), z.string());

/**
 * Docker's settings with logs that are bounded and live-restore off. What somebody has set stays; nothing to change is
 * no changes. Throws where the text is not JSON that Docker would read.
 */
export function mergeDaemon(text: string | undefined): DaemonChange {
  const given = settings.parse(text === undefined ? {} : JSON.parse(text));
  const merged = { ...given };
  const changes: string[] = [];
  const driver = given["log-driver"];
  const logOptions = options.optional().parse(given["log-opts"]) ?? {};
  // Unbounded is only what Docker does where nobody chose: json-file without a size.
  if ((driver === undefined || driver === "json-file") && logOptions["max-size"] === undefined) {
    if (driver === undefined) merged["log-driver"] = "json-file";
    merged["log-opts"] = { "max-size": "10m", "max-file": "5", ...logOptions };
    changes.push("logs of a container end at 5 files of 10 MB");
  }
  // Swarm refuses to start beside it (docker/docs#16059).
  if (given["live-restore"] === true) {
    merged["live-restore"] = false;
    changes.push("live-restore is off, which Swarm asks for");
  }
  return { text: `${JSON.stringify(merged, null, 2)}\n`, changes };
}
