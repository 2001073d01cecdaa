import { setTimeout as pause } from "node:timers/promises";
import { fault, type Output, type Task } from "../../process/index.ts";
import { type Facts, facts } from "../facts/index.ts";
import type { Link, Pool, Remote, Target } from "../link.ts";

export interface Ground {
  pool: Pool;
  target: Target;
}

export type Manager = Facts & { swarm: Extract<Facts["swarm"], { role: "manager" }> };

/** `docker …` as root: managing a swarm is root's business anyway. */
export function docker(...args: string[]): Remote {
  return { program: "docker", args, root: true };
}

/** Looks at a server that has to be a manager of a group. */
export async function manager({ pool, target }: Ground, task: Task): Promise<Manager> {
  const found = await look({ pool, target }, task);
  const { swarm } = found;
  if (swarm.role === "manager") return { ...found, swarm };
  const what =
    swarm.role === "worker"
      ? "it is a worker, and only managers let others in and out"
      : "it is in no group: set it up first";
  throw fault("group-refused", [target.name, what]);
}

export function look({ pool, target }: Ground, task: Task): Promise<Facts> {
  const described = {
    id: `look-${target.name}`,
    title: `Look at ${target.name}`,
    why: "What a server is part of, it says itself.",
    command: "docker info",
  };
  return task.step(described, async () =>
    facts(await pool.link(target, task.signal), { signal: task.signal, root: true }),
  );
}

/** Asks until the answer is the one waited for. Docker tells of no such thing by an event that the CLI shows. */
export async function until(
  link: Link,
  ask: Remote,
  holds: (answer: Output) => boolean,
  { signal, within, or }: { signal: AbortSignal; within: number; or: string },
): Promise<void> {
  const deadline = Date.now() + within;
  for (;;) {
    if (holds(await link.run(ask, { signal, accept: [0, 1] }))) return;
    if (Date.now() > deadline) throw fault("group-refused", [link.target.name, or]);
    await pause(700, undefined, { signal });
  }
}

/** What an even number of managers means; undefined for an odd one. */
export function managersAdvice(managers: number): string | undefined {
  if (managers === 0 || managers % 2 === 1) return undefined;
  const lost = managers / 2 - 1;
  const stand =
    lost === 0
      ? "if either of them fails, nothing can be changed until it is back"
      : `they stand the loss of ${lost}, as ${managers - 1} do`;
  return `${managers} managers: ${stand}. Have ${managers - 1} or ${managers + 1}.`;
}
