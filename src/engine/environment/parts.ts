import type { Container } from "../docker/index.ts";
import { Fault, fault, format, run, type StepPlan, type Task } from "../process/index.ts";
import { diagnose, isHopeless } from "./diagnosis.ts";
import { containersOf } from "./facts.ts";
import type { HealthWatch } from "./health.ts";
import { inSession, type Session } from "./session.ts";
import { together } from "./together.ts";
import { explain, recognise } from "./trouble.ts";

/** Makes the containers of services (of all without names) as the files say now; starts none. */
export async function create(session: Session, names: readonly string[], task: Task): Promise<void> {
  const orphans = names.length === 0 ? ["--remove-orphans"] : [];
  try {
    await run(inSession(session, "create", "--no-build", ...orphans, ...names), { signal: task.signal });
  } catch (thrown) {
    throw explain(thrown, (reason) => fault("compose-failed", ["make the containers", reason]));
  }
}

/** Starts services or processes that do not run as they should, and waits until each is well. */
export async function startParts(
  session: Session,
  watch: HealthWatch,
  names: readonly string[],
  task: Task,
): Promise<void> {
  const containers = await containersOf(session);
  await together(
    task,
    names.map((name) => async (task) => {
      const plan = planOf(session, name);
      const container = containers.get(name);
      if (container?.state === "running" && (container.health === "healthy" || container.health === "none"))
        return task.skip(plan, "runs already");
      await task.step(plan, async () => {
        if (container === undefined)
          throw fault("compose-failed", [`start ${name}`, "its container vanished."]);
        await startOne(session, watch, container, task.signal);
      });
    }),
  );
}

/** Starts one container, anew if it runs, and waits until it is well. */
export async function startOne(
  session: Session,
  watch: HealthWatch,
  container: Container,
  signal: AbortSignal,
): Promise<void> {
  const { docker, profile, layout } = session;
  const { id, service: name } = container;
  // its end must not be taken for a crash: nobody listens yet
  if (container.state === "running" || container.state === "restarting") await docker.getContainer(id).stop();
  const port = profile.processes[name]?.port ?? profile.services[name]?.port;
  const expected = port ? { port } : {};
  const verdict = await watch.verdict(id, {
    begin: () => start(session, name, container),
    hopeless: (_, said, forMs) => isHopeless(docker, { id, said, forMs, ...expected }),
    signal,
  });
  if (!verdict.well)
    throw await diagnose(docker, { name, id, verdict, ...expected, services: layout.services });
}

async function start({ docker }: Session, name: string, { id, state }: Container): Promise<void> {
  const container = docker.getContainer(id);
  try {
    if (state === "paused") await container.unpause();
    else await container.start();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const known = recognise([message]);
    if (known === undefined) throw thrown;
    throw new Fault(
      known.code,
      { says: known.says.replace(/^A container\b/, name), ...(known.fix ? { fix: known.fix } : {}) },
      { cause: thrown },
    );
  }
}

function planOf(session: Session, name: string): StepPlan {
  const service = session.profile.services[name];
  return {
    id: `${service ? "service" : "process"}/${name}`,
    title: service ? `${name} (${service.image})` : name,
    why: service
      ? "The application starts when what it needs is healthy, not before."
      : name === session.layout.workspace.service
        ? "Terminals, tests and editors live here, however the application fares."
        : "It counts as started when it is healthy.",
    command: format(inSession(session, "up", "--detach", "--wait", name)),
  };
}
