import type { Command } from "commander";

/** `apps/web, apps/api` as a list. */
export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim().replace(/^\.\/(?=.)|\/$/g, ""))
    .filter((one) => one !== "");
}

/** Ends the command where a folder is named that holds no application. */
export function chosen(
  apps: readonly { dir: string }[],
  only: readonly string[] | undefined,
  command: Command,
): void {
  const wrong = only?.find((dir) => !apps.some((app) => app.dir === dir));
  if (wrong === undefined) return;
  const dirs = apps.map(({ dir }) => dir).join(", ");
  command.error(`No application is in ${wrong}. Applications are in: ${dirs === "" ? "no folder" : dirs}.`);
}
