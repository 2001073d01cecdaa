import { type Container, composeContainers, findEndpoint, toDockerFault } from "../docker/index.ts";
import { Fault, fault, type Task } from "../process/index.ts";
import { type Address, addresses } from "./addresses.ts";
import { containersOf } from "./facts.ts";
import { fetchImages } from "./fetch.ts";
import { HealthWatch } from "./health.ts";
import type { Here } from "./here.ts";
import { buildImages, imageIds } from "./images.ts";
import { described } from "./made.ts";
import { remember } from "./memory.ts";
import { openSession, settlePorts } from "./open.ts";
import { create, startParts } from "./parts.ts";
import { isOf, type Session } from "./session.ts";
import { install, migrate, seed } from "./tasks.ts";
import { together } from "./together.ts";
import { gatherValues, type Values } from "./values.ts";

/** An environment that runs. */
export interface Up {
  project: string;
  addresses: Address[];
}

interface UpOptions {
  /** Build the images anew, from nothing: what they were made from may be broken, or newer elsewhere. */
  rebuild?: boolean;
}

/**
 * Brings the environment of a folder up, as far as it is not: images, services, dependencies, migrations, seeds,
 * processes. What fails or is cancelled stops what this call has started; what ran before goes on.
 */
export async function up(
  here: Here,
  values: Values,
  task: Task,
  { rebuild = false }: UpOptions = {},
): Promise<Up> {
  const opened = await openSession(here, task);
  using file = await task.step(
    {
      id: "values",
      title: "Secrets and settings",
      why: "What stands in no file of the repository is given to the containers when they start, and to nothing else.",
    },
    async (step) => {
      const gathered = await gatherValues(here, opened.profile, values);
      step.says(gathered.given > 0 ? `${gathered.given} given` : "nothing to ask");
      return gathered;
    },
  );
  const session: Session = { ...opened, env: { ...opened.env, ...file.env } };
  using watch = await HealthWatch.open(session.docker, session.project);
  const before = await containersOf(session);
  try {
    await withPorts(session, watch, rebuild, task);
  } catch (thrown) {
    await undo(session, before);
    const found = toDockerFault(thrown, findEndpoint(here.machine), "start the environment");
    // it answered when this began
    if (found.code === "docker-stopped" || found.code === "docker-missing")
      throw fault("engine-gone", ["the environment"], { cause: found });
    throw found;
  }
  const { project, profile, layout, memory } = session;
  return { project, addresses: addresses(project, profile.main, layout, memory.ports) };
}

/** Between choosing a port and listening at it, somebody else may take it: then others are chosen. */
async function withPorts(session: Session, watch: HealthWatch, rebuild: boolean, task: Task): Promise<void> {
  const avoid = new Set<number>();
  for (let left = 3; ; left--) {
    try {
      return await bringUp(session, watch, rebuild, task);
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== "port-taken" || left === 0) throw thrown;
      // those who lost the same race choose again at the same moment: they must not choose alike
      const skip = Math.floor(Math.random() * 8);
      for (const port of Object.values(session.memory.ports))
        for (let next = port; next <= port + skip; next++) avoid.add(next);
      Object.assign(session.memory, await settlePorts(session, task, avoid));
    }
  }
}

async function bringUp(session: Session, watch: HealthWatch, rebuild: boolean, task: Task): Promise<void> {
  const { layout, profile } = session;
  const ids = await imageIds(session);
  // services start while images are built: neither waits for the other
  await together(task, [
    async (task) => {
      const absent = layout.services.filter((name) => !ids.has(withTag(profile.services[name]?.image ?? "")));
      await fetchImages(session, absent, task);
      if (layout.services.length === 0) return;
      await create(session, layout.services, task);
      await startParts(session, watch, layout.services, task);
    },
    (task) => buildImages(session, ids, rebuild, task),
  ]);
  await create(session, [], task);
  session.memory.made = await described(session.here);
  remember(session.here, session.memory);
  // dependencies are installed in it where its image is theirs, with the keys of this machine
  if (layout.setups.length > 0) await startParts(session, watch, [layout.workspace.service], task);
  for (const setup of layout.setups) await install(session, setup, task);
  await migrate(session, task);
  await seed(session, task);
  const rest = layout.setups.length > 0 ? [] : [layout.workspace.service];
  await startParts(session, watch, [...new Set([...rest, ...layout.processes])], task);
}

function withTag(image: string): string {
  return /:[^/]+$/.test(image) ? image : `${image}:latest`;
}

/**
 * Stops what was started since; containers stay, and so do their logs. Single runs, such as a migration that was
 * cancelled, go. The engine may be gone: then nothing runs.
 */
async function undo(session: Session, before: ReadonlyMap<string, Container>): Promise<void> {
  const { docker, project, here } = session;
  const ran = new Set([...before.values()].filter(isRunning).map(({ id }) => id));
  try {
    for (let tries = 0; tries < 3; tries++) {
      const all = await composeContainers(docker, { project });
      const left = all.filter((one) => isOf(here, one) && isRunning(one) && !ran.has(one.id));
      if (all.length === 0) await removeNetworks(session);
      if (left.length === 0) return;
      await Promise.all(
        left.map(({ id, single }) => {
          const container = docker.getContainer(id);
          return (single ? container.remove({ force: true }) : container.stop({ t: 5 })).catch(() => {});
        }),
      );
    }
  } catch {
    // what made the failure says more than this one
  }
}

/** Compose makes networks before containers: without any, nobody is left to use them. */
async function removeNetworks({ docker, project }: Session): Promise<void> {
  const label = [`com.docker.compose.project=${project}`];
  for (const { Id } of await docker.listNetworks({ filters: { label } }))
    await docker
      .getNetwork(Id)
      .remove()
      .catch(() => {}); // somebody else's container is in it
}

function isRunning({ state }: Container): boolean {
  return state === "running" || state === "restarting";
}
