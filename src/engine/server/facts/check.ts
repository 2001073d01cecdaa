import type { Task } from "../../process/index.ts";
import type { Pool, Target } from "../link.ts";
import { facts } from "./facts.ts";
import type { Facts } from "./read.ts";
import { concerns, summary } from "./summary.ts";

/** Looks at a server, as a step that people see. */
export function checkServer(pool: Pool, target: Target, task: Task): Promise<Facts> {
  const plan = {
    id: `connect-${target.name}`,
    title: `Connect to ${target.name}`,
    why: "A server must answer to your key, with a host key that you know, before anything is sent to it. Looking changes nothing.",
    command: `ssh ${target.address} docker info`,
  };
  return task.step(plan, async (step) => {
    const found = await facts(await pool.link(target, task.signal), { signal: task.signal });
    step.says([summary(found), ...concerns(found)].join("; "));
    return found;
  });
}
