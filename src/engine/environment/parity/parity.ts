import { isCompiledApart, localStatus, wrongProfile } from "../../blueprint/index.ts";
import { findEndpoint, toDockerFault } from "../../docker/index.ts";
import type { Task } from "../../process/index.ts";
import type { Profile } from "../../profile/index.ts";
import { containersOf } from "../facts.ts";
import type { Here } from "../here.ts";
import { recall } from "../memory.ts";
import { attach, type Session } from "../session.ts";
import { compare, type Parity, type Side } from "./compare.ts";
import { lookInside } from "./look.ts";

export type { Parity } from "./compare.ts";

/** Compares what is developed in with what is released, by looking into what runs of both. */
export async function parity(here: Here, task: Task): Promise<Parity> {
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
  return compare(sides);
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
    .map(async ({ service, id }) => {
      const image = profile.processes[service]?.image ?? "";
      const language = profile.images[image]?.runtime?.language;
      const compiled = isCompiledApart(profile, image);
      return [service, await lookInside(docker, { id, language, compiled }, signal)] as const;
    });
  return {
    name,
    processes: Object.fromEntries(await Promise.all(processes)),
    services: Object.fromEntries(
      running
        .filter(({ service }) => service in profile.services)
        .map(({ service, image }) => [service, image]),
    ),
  };
}
