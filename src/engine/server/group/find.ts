import type { Task } from "../../process/index.ts";
import { facts } from "../facts/index.ts";
import type { Target } from "../link.ts";
import { type Ground, look } from "./swarm.ts";

/** Among servers that are known, a manager of the group that a server is in, other than itself. */
export async function findManager(
  { pool, target }: Ground,
  candidates: readonly Target[],
  task: Task,
): Promise<Target | undefined> {
  const { swarm } = await look({ pool, target }, task);
  if (swarm.role !== "manager" && swarm.role !== "worker") return undefined;
  const managers = new Set(swarm.managers.map((address) => address.replace(/:\d+$/, "")));
  managers.delete(swarm.address);
  const others = candidates.filter(({ name }) => name !== target.name);
  const found = await Promise.all(
    others.map(async (candidate) => {
      try {
        const { addresses } = await facts(await pool.link(candidate, task.signal), { signal: task.signal });
        return addresses.some(({ address }) => managers.has(address));
      } catch {
        return false; // one that is not reached is no help, and nobody asked about it
      }
    }),
  );
  return others[found.indexOf(true)];
}
