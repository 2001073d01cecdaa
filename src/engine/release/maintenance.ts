import { template } from "../blueprint/index.ts";
import { fault, type Task } from "../process/index.ts";
import type { Control } from "./control.ts";
import { tellEdges } from "./edge.ts";
import type { Ground } from "./ground.ts";
import { stackOf } from "./place.ts";
import { judge } from "./swarm/judge.ts";
import { pagesOf, setPage } from "./swarm/pages.ts";
import { processesAt, tasksOf } from "./swarm/tasks.ts";
import { undertake } from "./undertake.ts";

/** What Swarm keeps of a page at most, on engines of all ages. */
const largest = 500_000;

/** Puts a page in front of a stage: `page` is its HTML, or else a plain one of ours. What runs behind it goes on. */
export async function maintenanceOn(
  { ground, ...doer }: Control,
  page: string | undefined,
  task: Task,
): Promise<void> {
  const shown = page ?? template("edge/maintenance.html");
  const bytes = Buffer.byteLength(shown);
  if (bytes > largest) throw fault("page-too-large", [Math.ceil(bytes / 1000), largest / 1000]);
  await undertake(ground, doer, "maintenance on", task, async ({ task, begins }) => {
    const services = await processesAt(ground.sites[0].docker, ground.place, task.signal);
    if (services.length === 0) throw fault("nothing-released", [stackOf(ground.place)]);
    await begins({});
    await tell(ground, shown, task);
  });
}

/** Takes the page away, once what stands behind it is well. */
export async function maintenanceOff({ ground, ...doer }: Control, task: Task): Promise<void> {
  await undertake(ground, doer, "maintenance off", task, async ({ task, begins }) => {
    await task.step(
      {
        id: "health",
        title: "Look whether it is well",
        why: "Visitors come back at once: what is not well yet stays behind its page.",
      },
      () => areWell(ground, task.signal),
    );
    await begins({});
    await tell(ground, undefined, task);
  });
}

async function areWell(ground: Ground, signal: AbortSignal): Promise<void> {
  const [{ docker }] = ground.sites;
  for (const service of await processesAt(docker, ground.place, signal)) {
    const { Mode, Name = "", Labels = {} } = service.Spec;
    const judged = judge(
      { ...service, UpdateStatus: null },
      await tasksOf(docker, service.ID, signal),
      false,
    );
    const says = judged.is === "coming" ? judged.says : judged.is === "failed" ? judged.reason : "";
    const stopped = Mode?.Replicated?.Replicas === 0 && Labels["sistership.routes"] !== undefined;
    if (stopped || judged.is !== "live")
      throw fault("maintenance-kept", [
        stackOf(ground.place),
        Labels["sistership.process"] ?? Name,
        stopped ? "it is stopped" : says.replace(/\.$/, ""),
      ]);
  }
}

async function tell(ground: Ground, page: string | undefined, task: Task): Promise<void> {
  const [{ docker }] = ground.sites;
  const { signal } = task;
  const plan = {
    id: "edge",
    title: page === undefined ? "Take the page away" : "Show the page",
    why: "The edge answers in the place of the application, with 503 and when to come back: what looks for search engines comes again, and forgets nothing.",
    command: "docker exec … caddy reload",
  };
  await task.step(plan, async (step) => {
    const [before] = await pagesOf(docker, signal, ground.place);
    await setPage(docker, ground.place, page, signal);
    try {
      step.says(`told on ${(await tellEdges(ground, signal)).join(", ") || "none: it was so already"}`);
    } catch (thrown) {
      await setPage(docker, ground.place, before?.page, AbortSignal.timeout(30_000));
      throw thrown;
    }
  });
}
