import type { Layout } from "../blueprint/index.ts";
import { type Command, type Fault, fault, format, type Line, run, type Task } from "../process/index.ts";
import { containersOf, dataIdentity, sourceIdentity } from "./facts.ts";
import { remember } from "./memory.ts";
import { inSession, type Session } from "./session.ts";
import { explain } from "./trouble.ts";

/** Installs the dependencies by one of the services that do so and end. */
export async function install(session: Session, setup: Layout["setups"][number], task: Task): Promise<void> {
  const { service: name, folder } = setup;
  const plan = {
    id: `install/${name}`,
    title: session.layout.setups.length === 1 ? "Dependencies" : `Dependencies (${name})`,
    why: "Installed inside, from the project's own lock files; nothing is done when those have not changed.",
    command: format(inSession(session, "run", "--rm", name)),
  };
  await task.step(plan, async (step) => {
    try {
      const containers = await containersOf(session);
      const own = containers.get(name);
      const workspace = containers.get(session.layout.workspace.service);
      // where the same image runs already, nothing need be started to find out that nothing is to be done
      const args =
        workspace?.state === "running" && workspace.image === own?.image
          ? ["exec", "--workdir", folder, workspace.id, "sistership-setup"]
          : ["start", "--attach", own?.id ?? name];
      const command = { program: "docker", args, env: session.here.machine.env };
      const { stdout } = await run(command, { signal: task.signal, onLine: (line) => step.line(line) });
      if (/^Dependencies are up to date/m.test(stdout)) step.says("up to date");
    } catch (thrown) {
      throw explain(thrown, (reason) => fault("dependencies-failed", [reason]));
    }
  });
}

export async function migrate(session: Session, task: Task): Promise<void> {
  const { layout, profile, memory, here } = session;
  if (layout.release === undefined || profile.release === undefined) return;
  const command = inSession(session, "run", "--rm", "--no-deps", "--no-TTY", layout.release);
  const plan = {
    id: "release",
    title: "Release command",
    why: "Migrations run before the new code, here as in production. Again only when source or data have changed.",
    command: format(command),
  };
  const identity = async () => `${await sourceIdentity(session, task.signal)} ${await dataIdentity(session)}`;
  const from = await identity();
  if (memory.released === from) return task.skip(plan, "done for this source and this data");
  await task.step(plan, async (step) => {
    step.says(profile.release?.run ?? "");
    await single(command, step.line, task.signal, (reason) =>
      fault("release-failed", [profile.release?.run ?? "", reason]),
    );
    memory.released = await identity(); // it may have written files of its own
    remember(here, memory);
  });
}

export async function seed(session: Session, task: Task): Promise<void> {
  const { layout, profile, memory, here } = session;
  if (layout.seeds.length === 0) return;
  const data = await dataIdentity(session);
  for (const [index, service] of layout.seeds.entries()) {
    const said = Object.values(profile.dev.seed)[index] ?? service;
    const command = inSession(session, "run", "--rm", "--no-deps", "--no-TTY", service);
    const plan = {
      id: `seed/${service}`,
      title: "Seed",
      why: "Data to begin with: put in once, for as long as the data is kept.",
      command: format(command),
    };
    if (memory.seeded[service] === data) {
      task.skip(plan, "done once already");
      continue;
    }
    await task.step(plan, async (step) => {
      step.says(said);
      await single(command, step.line, task.signal, (reason) => fault("seed-failed", [said, reason]));
      memory.seeded[service] = data;
      remember(here, memory);
    });
  }
}

async function single(
  command: Command,
  onLine: (line: Line) => void,
  signal: AbortSignal,
  otherwise: (reason: string) => Fault,
): Promise<void> {
  try {
    await run(command, { signal, onLine });
  } catch (thrown) {
    throw explain(thrown, otherwise);
  }
}
