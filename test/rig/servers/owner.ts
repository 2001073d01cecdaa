import { readFileSync } from "node:fs";

/** The process that things belong to, told so that a later process with the same number is not taken for it. */
export function thisOwner(): string {
  return `${process.pid}-${startOf(process.pid) ?? ""}`;
}

export function isAlive(owner: string): boolean {
  const pid = Number(owner.slice(0, owner.indexOf("-")));
  const start = startOf(pid);
  return start !== undefined && owner === `${pid}-${start}`;
}

/** When a process started, in ticks since the machine did; undefined if there is none. A zombie has ended. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
