import { fault, type Task } from "../../process/index.ts";
import type { Member } from "../facts/index.ts";
import type { Remote, Target } from "../link.ts";
import { dismiss } from "../setup/firewall.ts";
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

const drainMs = 10 * 60_000;

interface Options {
  /** A manager of the group that is not the one that leaves. */
  via: Target | undefined;
  /** All servers that are known: those of the group close their ports of Swarm to it again. */
  others?: readonly Target[];
  /** Its group may end with it, and with that all that runs in it. */
  ends?: boolean;
}

/** Takes a server out of its group: what runs there moves first. */
export async function leave(
  { pool, target }: Ground,
  { via, others = [], ends = false }: Options,
  task: Task,
): Promise<void> {
  const found = await look({ pool, target }, task);
  const { swarm } = found;
  if (swarm.role !== "manager" && swarm.role !== "worker") {
    task.skip({ id: "leave", title: `Take ${target.name} out of its group` }, "it is in none");
    return;
  }
  if (swarm.role === "manager" && swarm.members.length === 1) {
    const runs = runsIn(swarm);
    if (runs !== undefined && !ends)
      throw fault("group-refused", [
        target.name,
        `it is all of its group, which would end, and with it ${runs}`,
      ]);
    return await depart({ pool, target }, ["--force"], task);
  }
  if (via === undefined || via.name === target.name)
    throw fault("group-refused", [target.name, "another manager of its group has to let it go: name one"]);
  const group = await manager({ pool, target: via }, task);
  const member = group.swarm.members.find(({ id }) => id === swarm.node);
  if (member === undefined)
    throw fault("group-refused", [target.name, `it is in another group than ${via.name}`]);
  const managers = group.swarm.members.filter((one) => one.manager).length;
  if (member.manager && managers === 1)
    throw fault("group-refused", [
      target.name,
      "it is the only manager of its group: make another one a manager first",
    ]);
  await move({ pool, target: via }, member, "drain", task);
  if (member.manager) await demote({ pool, target: via }, { pool, target }, member, task);
  await depart({ pool, target }, [], task);
  const close = group.swarm.members.flatMap(({ address }) => dismiss(found, address));
  await forget({ pool, target: via, group }, { member, others, own: { target, close } }, task);
  const advice = member.manager ? managersAdvice(managers - 1) : undefined;
  if (advice) task.skip({ id: "managers", title: "Keep the number of managers odd" }, advice);
}

/** Moves what runs on a server to the others of its group, or lets it take part again. `via` is a manager. */
export async function drain(via: Ground, server: Target, to: "drain" | "active", task: Task): Promise<void> {
  const { swarm } = await manager(via, task);
  const member = swarm.members.find((one) => (one.server ?? one.hostname) === server.name);
  if (member === undefined)
    throw fault("group-refused", [server.name, `it is not in the group of ${via.target.name}`]);
  await move(via, member, to, task);
}

function move(
  { pool, target }: Ground,
  { id, hostname }: Member,
  to: "drain" | "active",
  task: Task,
): Promise<void> {
  const described = {
    id: "drain",
    title:
      to === "drain"
        ? `Move what runs on ${hostname} to the other servers`
        : `Let ${hostname} take part again`,
    why:
      to === "drain"
        ? "Replicas start elsewhere before the server goes."
        : "New replicas may be started on it from now on.",
    command: `docker node update --availability ${to} ${hostname}`,
  };
  return task.step(described, async () => {
    const { signal } = task;
    const link = await pool.link(target, signal);
    await link.run(docker("node", "update", "--availability", to, id), { signal });
    if (to === "active") return;
    const running = docker("node", "ps", "--format", "{{.CurrentState}}", id);
    const gone = (states: string) => !/^(Running|Starting|Preparing|Ready|Assigned)/m.test(states);
    await until(link, running, ({ stdout }) => gone(stdout), {
      ...{ signal, within: drainMs, or: `what runs on ${hostname} did not end within 10 minutes` },
    });
  });
}

function demote(via: Ground, { pool, target }: Ground, { id, hostname }: Member, task: Task): Promise<void> {
  const described = {
    id: "demote",
    title: `Let ${target.name} manage the group no longer`,
    why: "A manager that just goes is counted as failed.",
    command: `docker node demote ${hostname}`,
  };
  return task.step(described, async () => {
    const { signal } = task;
    await (await via.pool.link(via.target, signal)).run(docker("node", "demote", id), { signal });
    const role = docker("info", "--format", "{{.Swarm.ControlAvailable}}");
    await until(await pool.link(target, signal), role, ({ stdout }) => stdout.trim() === "false", {
      ...{ signal, within: 60_000, or: "it goes on as a manager though it was told not to" },
    });
  });
}

function depart({ pool, target }: Ground, force: string[], task: Task): Promise<void> {
  const described = {
    id: "leave",
    title: `Take ${target.name} out of its group`,
    why: "It can then join another one, or be given back.",
    command: ["docker", "swarm", "leave", ...force].join(" "),
  };
  return task.step(described, async () => {
    const link = await pool.link(target, task.signal);
    await link.run(docker("swarm", "leave", ...force), { signal: task.signal, timeoutMs: 120_000 });
  });
}

interface Forgetting {
  member: Member;
  others: readonly Target[];
  /** What the one that has left takes back. */
  own: { target: Target; close: readonly Remote[] };
}

function forget(
  { pool, target, group }: Ground & { group: Manager },
  { member, others, own }: Forgetting,
  task: Task,
): Promise<void> {
  const { id, hostname, address } = member;
  const described = {
    id: "forget",
    title: `Take ${hostname} off the group's list`,
    why: "The ports of Swarm are closed between them again.",
    command: `docker node rm --force ${hostname}`,
  };
  return task.step(described, async () => {
    const { signal } = task;
    const link = await pool.link(target, signal);
    await link.run(docker("node", "rm", "--force", id), { signal });
    const stay = membersAmong(group, target, others).reached.filter(({ name }) => name !== own.target.name);
    await tell({ pool, target, group }, stay, (found) => dismiss(found, address), task);
    const left = await pool.link(own.target, signal);
    for (const remote of own.close) await left.run(remote, { signal });
  });
}
