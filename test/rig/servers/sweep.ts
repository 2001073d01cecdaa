import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, once } from "../cache.ts";
import type { Docker } from "./docker.ts";
import { isAlive } from "./owner.ts";

export const ownerLabel = "sistership.rig.owner";

/** Where the keys of running servers are; a folder is named OWNER.FLEET. */
export function runsDir(): string {
  return cacheDir("servers");
}

/** In the order in which they can be removed: a container holds its network and its volumes. */
const kinds = [
  { list: ["ps", "--all"], id: "{{.ID}}", remove: ["rm", "--force", "--volumes"] },
  { list: ["network", "ls"], id: "{{.ID}}", remove: ["network", "rm", "--force"] },
  { list: ["volume", "ls"], id: "{{.Name}}", remove: ["volume", "rm", "--force"] },
] as const;

/** Removes the servers whose process has ended without doing so; those of living processes stay. */
export async function sweepServers(docker: Docker): Promise<void> {
  // A key that was never seen: only the lock is wanted, two sweeps would be in each other's way.
  await once("servers-sweep", randomUUID(), async () => {
    for (const { list, id, remove } of kinds) {
      const { stdout } = await docker([
        ...list,
        ...["--filter", `label=${ownerLabel}`, "--format", `${id} {{.Label "${ownerLabel}"}}`],
      ]);
      const dead = stdout
        .split("\n")
        .map((line) => line.split(" "))
        .flatMap(([thing, owner]) => (thing && owner && !isAlive(owner) ? [thing] : []));
      if (dead.length > 0) await docker([...remove, ...dead]);
    }
    for (const folder of readdirSync(runsDir())) {
      const owner = folder.slice(0, folder.indexOf("."));
      if (!isAlive(owner)) rmSync(join(runsDir(), folder), { recursive: true, force: true });
    }
  });
}
