import type Docker from "dockerode";

const process = "sistership.scheduled";
const cron = "sistership.schedule";

/** By these a service that runs by the clock is known, and the specification of one. */
export function scheduleLabels(name: string, schedule: string): Record<string, string> {
  return { [process]: name, [cron]: schedule };
}

export const scheduledLabel = process;

/** When it runs, as cron writes it; undefined of what is no process that runs by the clock. */
export const cronOf = (spec: Docker.ServiceSpec): string | undefined => spec.Labels?.[cron];

export const scheduledName = (spec: Docker.ServiceSpec): string => spec.Labels?.[process] ?? "";
