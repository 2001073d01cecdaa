import type { Layout } from "../blueprint/index.ts";
import type { Container } from "../docker/index.ts";
import {
  type Command,
  type Fault,
  fault,
  format,
  type Line,
  type Output,
  type RunOptions,
  run,
  type Task,
} from "../process/index.ts";
import { containersOf, dataIdentity, sourceIdentity } from "./facts.ts";
import { leadKeys } from "./keys/keys.ts";
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
  const ours = (...args: string[]) => ({ program: "docker", args, env: session.here.machine.env });
  await task.step(plan, async (step) => {
    const options = { signal: task.signal, onLine: (line: Line) => step.line(line) };
    try {
      const containers = await containersOf(session);
      const own = containers.get(name);
      const workspace = containers.get(session.layout.workspace.service);
      const inWorkspace = workspace?.state === "running" && workspace.image === own?.image;
      const { stdout } = inWorkspace
        ? await installInside(session, workspace, folder, options)
        : await run(ours("start", "--attach", own?.id ?? name), options);
      if (/^Dependencies are up to date/m.test(stdout)) step.says("up to date");
    } catch (thrown) {
      throw explain(thrown, (reason) => fault("dependencies-failed", [reason]));
    }
  });
}

/** What the setup ends with when it was only to look, and there is something to do. */
const toDo = 10;

/** In the workspace, where the same image runs: private repositories are reached with the keys of this machine. */
async function installInside(
  session: Session,
  { id, service }: Container,
  folder: string,
  options: RunOptions,
): Promise<Output> {
  const exec = (env: Readonly<Record<string, string>>, ...args: string[]) => {
    const given = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const all = ["exec", ...given, "--workdir", folder, id, "sistership-setup", ...args];
    return { program: "docker", args: all, env: session.here.machine.env };
  };
  const looked = await run(exec({}, "check"), { ...options, accept: [0, toDo] });
  if (looked.code === 0) return looked;
  using keys = leadKeys(session, service);
  await keys.ready;
  return await run(exec(keys.env), options); // the keys are there until it ends
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
