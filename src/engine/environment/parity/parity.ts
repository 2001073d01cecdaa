import { isCompiledApart, localStatus, wrongProfile } from "../../blueprint/index.ts";
import { findEndpoint, toDockerFault } from "../../docker/index.ts";
import type { Task } from "../../process/index.ts";
import type { Profile } from "../../profile/index.ts";
import { containersOf } from "../facts.ts";
import type { Here } from "../here.ts";
import { recall } from "../memory.ts";
import { attach, type Session } from "../session.ts";
import { compare, type Parity, type Side } from "./compare.ts";
import { identityOf, type Known, lookInside } from "./look.ts";

export type { Parity, Side } from "./compare.ts";
export { identityOf, lookIntoImage } from "./look.ts";

/** Compares what is developed in with what is released, by looking into what runs of both; and with what is elsewhere. */
export async function parity(
  here: Here,
  task: Task,
  elsewhere: (profile: Profile) => Promise<readonly Side[]> = async () => [],
): Promise<Parity> {
  const { rehearsal: _, ...development } = here;
  const found = await localStatus(here.folder);
  if (!found.ok) throw wrongProfile(here.folder, found.problems);
  const sides: Side[] = [];
  for (const [name, where] of [
    ["development", development],
    ["rehearsal", { ...development, rehearsal: {} }],
  ] as const) {
    const plan = {
      id: `look/${name}`,
      title: `Look into the ${name}`,
      why: "What is inside is asked of the containers themselves: files only say what should be.",
      command: "docker exec … dpkg-query --show",
    };
    sides.push(
      await task.step(plan, async (step) => {
        const side = await sideOf(name, where, found.profile, task.signal);
        const count = Object.keys(side.processes).length;
        step.says(count === 0 ? "not running" : `${count === 1 ? "1 process" : `${count} processes`}`);
        return side;
      }),
    );
  }
  return compare([...sides, ...(await elsewhere(found.profile))]);
}

/** What a process is to be looked at as. */
export function knownOf(profile: Profile, process: string): Known {
  const image = profile.processes[process]?.image ?? "";
  return { language: profile.images[image]?.runtime?.language, compiled: isCompiledApart(profile, image) };
}

async function sideOf(name: string, here: Here, profile: Profile, signal: AbortSignal): Promise<Side> {
  if (recall(here) === undefined) return { name, processes: {}, services: {} };
  try {
    return await look(name, await attach(here), profile, signal);
  } catch (thrown) {
    throw toDockerFault(thrown, findEndpoint(here.machine), `look into the ${name}`);
  }
}

async function look(name: string, session: Session, profile: Profile, signal: AbortSignal): Promise<Side> {
  const { docker, layout } = session;
  const running = [...(await containersOf(session)).values()].filter(({ state }) => state === "running");
  const processes = running
    .filter(({ service }) => layout.processes.includes(service))
    .map(
      async ({ service, id }) =>
        [service, await lookInside(docker, id, knownOf(profile, service), signal)] as const,
    );
  const services = running
    .filter(({ service }) => service in profile.services)
    .map(async ({ service, image }) => [service, await identityOf(docker, image)] as const);
  return {
    name,
    processes: Object.fromEntries(await Promise.all(processes)),
    services: Object.fromEntries(await Promise.all(services)),
  };
}
