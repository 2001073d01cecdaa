import { findEndpoint, toDockerFault } from "../docker/index.ts";
import { fault, type Task } from "../process/index.ts";
import { containersOf } from "./facts.ts";
import { HealthWatch } from "./health.ts";
import type { Here } from "./here.ts";
import { startOne } from "./parts.ts";
import { attach, type Session } from "./session.ts";

export type Act = "start" | "stop" | "restart";

const titles: Record<Act, string> = { start: "Start", stop: "Stop", restart: "Restart" };

/** Starts, stops or restarts one process or service; what was started counts when it is healthy. */
export async function control(here: Here, act: Act, name: string, task: Task): Promise<void> {
  const session = await attach(here);
  try {
    const { id } = await containerOf(session, name);
    const plan = {
      id: `${act}/${name}`,
      title: `${titles[act]} ${name}`,
      command: `docker ${act} ${id.slice(0, 12)}`,
    };
    await task.step(plan, async () => {
      const container = await containerOf(session, name);
      if (act === "stop") {
        await session.docker.getContainer(id).stop();
        return;
      }
      using watch = await HealthWatch.open(session.docker, session.project);
      await startOne(session, watch, container, task.signal);
    });
  } catch (thrown) {
    throw toDockerFault(thrown, findEndpoint(here.machine), `${act} ${name}`);
  }
}

/** The container of a process or service; a name that is none is said with those that are. */
export async function containerOf(session: Session, name: string) {
  const { layout, profile } = session;
  const names = [...layout.processes, ...layout.services, layout.workspace.service];
  if (!names.includes(name)) throw fault("no-such-process", [name, names.join(", ")]);
  const container = (await containersOf(session)).get(name);
  if (container === undefined) throw fault("not-up", [profile.name]);
  return container;
}
