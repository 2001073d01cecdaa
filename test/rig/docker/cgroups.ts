import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { run } from "../../../src/engine/process/index.ts";

const root = "/sys/fs/cgroup";

/** A hierarchy of control groups that has to be mounted. */
export type CgroupMount = { type: "cgroup2" } | { type: "cgroup"; controllers: readonly string[] };

/** Hierarchies that are usually one. */
const together = [["net_cls", "net_prio"]];

/**
 * Which hierarchies are missing, given /proc/cgroups and /proc/mounts. Of the older kind all must be there: once a
 * container with an init system mounts one that this machine has not, the engine can no longer read what any
 * container uses.
 */
export function missingCgroups(known: string, mounts: string): CgroupMount[] {
  const mounted = mounts.split("\n").map((line) => line.split(" "));
  const older = mounted.flatMap(([, , type, options]) =>
    type === "cgroup" ? (options?.split(",") ?? []) : [],
  );
  if (older.length === 0)
    return mounted.some(([, , type]) => type === "cgroup2") ? [] : [{ type: "cgroup2" }];
  const lacking = known
    .split("\n")
    .map((line) => line.split(/\s+/))
    .flatMap(([name, , , enabled]) => (name && enabled === "1" && !older.includes(name) ? [name] : []));
  const groups = new Set(lacking.map((name) => together.find((group) => group.includes(name)) ?? [name]));
  return [...groups].map((group) => ({
    type: "cgroup",
    controllers: group.filter((name) => lacking.includes(name)),
  }));
}

export function readCgroups(): CgroupMount[] {
  if (!existsSync("/proc/cgroups")) return [];
  return missingCgroups(readFileSync("/proc/cgroups", "utf8"), readFileSync("/proc/mounts", "utf8"));
}

export async function mountCgroups(missing: readonly CgroupMount[]): Promise<void> {
  if (missing.length === 0) return;
  const older = missing.flatMap((mount) => (mount.type === "cgroup" ? [mount.controllers.join(",")] : []));
  if (older.length < missing.length) {
    mkdirSync(root, { recursive: true });
    await run({ program: "mount", args: ["-t", "cgroup2", "cgroup2", root] });
  }
  // The folder that holds the older ones is often read-only.
  if (older.length > 0) await run({ program: "mount", args: ["-o", "remount,rw", root] });
  for (const controllers of older) {
    const at = `${root}/${controllers}`;
    mkdirSync(at, { recursive: true });
    // Refused where somebody has it in another combination; containers run without it.
    await run(
      { program: "mount", args: ["-t", "cgroup", "-o", controllers, "cgroup", at] },
      { accept: [0, 32] },
    );
  }
}
