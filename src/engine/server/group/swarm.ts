import { fault, type Output, type Task } from "../../process/index.ts";
import { type Facts, facts } from "../facts/index.ts";
import type { Link, Pool, Remote, Target } from "../link.ts";
import { pause } from "../ssh/abort.ts";

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

/** What would end with a group, a few of it by name; undefined where nothing runs in it but the edge. */
export function runsIn({ applications, foreign }: Manager["swarm"]): string | undefined {
  const runs = [...applications.map(({ name, stage }) => `${name} (${stage})`), ...foreign];
  return runs.length === 0 ? undefined : runs.slice(0, 3).join(", ");
}

/** The other members of a group besides the manager that is asked: those that are among known servers, and the rest. */
export function membersAmong({ swarm }: Manager, asked: Target, known: readonly Target[]) {
  const others = swarm.members.filter(({ id }) => id !== swarm.node);
  const reached = known.filter(
    ({ name }) => name !== asked.name && others.some(({ server }) => server === name),
  );
  const missing = others.filter(({ server }) => !reached.some(({ name }) => name === server));
  return { reached, missing: missing.map(({ server, hostname }) => server ?? hostname) };
}

/** Runs on the manager that was asked, and on other members, what each of them needs. */
export async function tell(
  { pool, target, group }: Ground & { group: Manager },
  others: readonly Target[],
  what: (found: Facts) => readonly Remote[],
  { signal }: Task,
): Promise<void> {
  for (const member of [target, ...others]) {
    const link = await pool.link(member, signal);
    const found = member === target ? group : await facts(link, { signal, root: true });
    for (const remote of what(found)) await link.run(remote, { signal });
  }
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
    await pause(700, signal, "Waiting for the group");
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
