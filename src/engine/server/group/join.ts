import { fault, type Task } from "../../process/index.ts";
import { type Facts, labelsOfOurs } from "../facts/index.ts";
import type { Link, Target } from "../link.ts";
import { admit } from "../setup/firewall.ts";
import type { Carrier } from "../setup/image.ts";
import type { Wishes } from "../setup/operation.ts";
import { setUpPlan } from "../setup/plan.ts";
import { edgeRuns, setUp } from "../setup/setUp.ts";
import { callJoin } from "./joinCall.ts";
import {
  docker,
  type Ground,
  look,
  type Manager,
  manager,
  managersAdvice,
  membersAmong,
  runsIn,
  tell,
  until,
} from "./swarm.ts";

interface Options {
  manager?: boolean;
  /** All servers that are known: those of the group have to let the new one in. */
  others?: readonly Target[];
  wishes?: Pick<Wishes, "docker" | "address" | "firewall" | "swap" | "user">;
}

/** Makes a server ready and has it join the group of another. */
export async function join(
  ground: Ground & { carry: Carrier },
  to: Target,
  { manager: asManager = false, others = [], wishes = {} }: Options,
  task: Task,
): Promise<Facts> {
  const { pool, target } = ground;
  const group = await manager({ pool, target: to }, task);
  const found = await look(ground, task);
  if (isIn(group, found)) {
    task.skip({ id: "join", title: `Join the group of ${to.name}` }, "it is in it already");
    return found;
  }
  const alone = emptyGroup(target, found);
  const address = wishes.address ?? addressFor(found, group.swarm.address);
  const members = group.swarm.members.map((one) => one.address);
  const settled: Facts = alone ? { ...found, swarm: { role: "none" } } : found;
  const ready = setUpPlan(target.name, settled, { ...wishes, joins: members });
  const [refusal] = ready.refusals;
  if (refusal) throw refusal; // before it leaves what it is in
  if (alone) await leaveAlone(ground, task);
  await setUp(ground, ready, task);
  await letIn({ pool, target: to }, group, others, address, task);
  await enter(ground, { to, group, asManager, address }, task);
  const after = await manager({ pool, target: to }, task);
  const advice = managersAdvice(after.swarm.members.filter((one) => one.manager).length);
  if (advice) task.skip({ id: "managers", title: "Keep the number of managers odd" }, advice);
  return await look(ground, task);
}

function isIn({ swarm }: Manager, found: Facts): boolean {
  return (
    "node" in found.swarm && swarm.members.some(({ id }) => "node" in found.swarm && id === found.swarm.node)
  );
}

/** A group of one in which nothing of anybody's runs is left without asking: set-up makes it so. Another is refused. */
function emptyGroup({ name }: Target, { swarm }: Facts): boolean {
  if (swarm.role === "none" || swarm.role === "unknown") return false;
  if (swarm.role !== "manager")
    throw fault("group-refused", [name, "it belongs to another group, which it has to leave first"]);
  if (swarm.members.length > 1)
    throw fault("group-refused", [
      name,
      `it is one of ${swarm.members.length} servers of another group, which it has to leave first`,
    ]);
  const runs = runsIn(swarm);
  if (runs !== undefined)
    throw fault("group-refused", [name, `it runs ${runs} in a group of its own, which joining would end`]);
  return true;
}

/** Of several addresses the one of the kind by which the group's own members reach each other. */
function addressFor({ addresses }: Facts, theirs: string): string {
  const version = theirs.includes(":") ? 6 : 4;
  const same = addresses.filter((one) => one.version === version);
  const near = same.toSorted((a, b) => common(b.address, theirs) - common(a.address, theirs));
  return near[0]?.address ?? "";
}

function common(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

function leaveAlone({ pool, target }: Ground, task: Task): Promise<void> {
  const leave = docker("swarm", "leave", "--force");
  const described = {
    id: "leave-own",
    title: `End the group of one that ${target.name} is`,
    why: "A server is in one group at a time, and nothing runs in this one.",
    command: "docker swarm leave --force",
  };
  return task.step(described, async () => {
    const link = await pool.link(target, task.signal);
    await link.run(leave, { signal: task.signal });
  });
}

/** Every member lets the new one in before it comes. */
function letIn(
  ground: Ground,
  group: Manager,
  others: readonly Target[],
  address: string,
  task: Task,
): Promise<void> {
  const described = {
    id: "let-in",
    title: `Let ${address} in at the ports of Swarm`,
    why: "The firewalls of a group let its own members in at these ports, and nobody else.",
    command: admit({ ...group, firewall: { on: "ufw", has: [], rules: [] } }, address)
      .map(({ args = [] }) => `ufw ${args.join(" ")}`)
      .join("\n"),
  };
  return task.step(described, async (step) => {
    const { reached, missing } = membersAmong(group, ground.target, others);
    await tell({ ...ground, group }, reached, (found) => admit(found, address), task);
    if (missing.length > 0)
      step.says(
        `${missing.join(", ")} of its group ${missing.length === 1 ? "is" : "are"} in none of your lists: let it in there by hand`,
      );
  });
}

/** A manager that does not reach the others counts, but decides nothing: that shows only where it is asked itself. */
function hears(own: Link, address: string, signal: AbortSignal): Promise<void> {
  const or = `it joined as a manager, but does not hear the others: let ${address} in at the ports 2377, 7946 and 4789 on every server of the group`;
  const within = 30_000;
  return until(own, docker("node", "ls", "--quiet"), ({ code }) => code === 0, { signal, within, or });
}

interface Entering {
  to: Target;
  group: Manager;
  asManager: boolean;
  address: string;
}

async function enter(
  { pool, target }: Ground,
  { to, group, asManager, address }: Entering,
  task: Task,
): Promise<void> {
  const { signal } = task;
  const role = asManager ? "manager" : "worker";
  const remote = `${group.swarm.address}:2377`;
  const described = {
    id: "join",
    title: `Join the group of ${to.name} as ${role}`,
    why: "The token that lets it in goes from server to server through here, in no command line and no log.",
    command: `docker swarm join --token "$(ssh ${to.name} docker swarm join-token -q ${role})" --advertise-addr ${address} ${remote}`,
  };
  await task.step(described, async () => {
    const theirs = await pool.link(to, signal);
    const own = await pool.link(target, signal);
    const token = (await theirs.run(docker("swarm", "join-token", "-q", role), { signal })).stdout.trim();
    const trouble = await callJoin(own, { token, remote, address }, signal);
    if (trouble !== undefined)
      throw fault("group-refused", [target.name, `it could not join: ${trouble.replace(/\.$/, "")}`]);
    const node = (await own.run(docker("info", "--format", "{{.Swarm.NodeID}}"), { signal })).stdout.trim();
    const state = docker("node", "inspect", "--format", "{{.Status.State}}", node);
    const or = `it joined, but ${to.name} does not see it as ready: look at the ports 2377, 7946 and 4789 between them`;
    await until(theirs, state, ({ stdout }) => stdout.trim() === "ready", { signal, within: 30_000, or });
    await theirs.run(docker("node", "update", "--label-add", `${labelsOfOurs.server}=${target.name}`, node), {
      signal,
    });
    if (asManager) await hears(own, address, signal);
  });
  const edge = {
    id: "edge",
    title: `Wait for the edge proxy on ${target.name}`,
    why: "The group starts its edge on every server that comes.",
    command: "docker service ps sistership-edge",
  };
  if (group.swarm.edge) await task.step(edge, async () => edgeRuns(await pool.link(target, signal), signal));
}
