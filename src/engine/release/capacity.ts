import { fault } from "../process/index.ts";
import type { Ground } from "./ground.ts";

/** What a server has for all that runs on it. */
export interface Capacity {
  memoryBytes: number;
  cpus: number;
}

/**
 * Refuses replicas that cannot be on the servers of a stage: one that asks for more processors than any of them has is
 * never started, and all of them together may not be promised more memory than there is.
 */
export function checkCapacity(
  { profile, stage }: Pick<Ground, "profile" | "stage">,
  on: readonly Capacity[],
): void {
  const most = Math.max(...on.map(({ cpus }) => cpus));
  const all = on.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  let promised = 0;
  for (const { name, replicas: usual, memoryBytes = 0, cpus = 0 } of Object.values(profile.processes)) {
    const replicas = stage.replicas[name] ?? usual;
    if (cpus > most && replicas > 0)
      throw fault("over-capacity", [name, `${cpus} processors`, `${most} at most`, stage.name]);
    promised += replicas * memoryBytes;
    if (promised > all)
      throw fault("over-capacity", [
        name,
        `${replicas} × ${gigabytes(memoryBytes)} of memory`,
        `${gigabytes(all)} together${promised > replicas * memoryBytes ? ", for the other processes too" : ""}`,
        stage.name,
      ]);
  }
}

const gigabytes = (bytes: number) => `${Math.round(bytes / 1e8) / 10} GB`;
