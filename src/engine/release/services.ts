import { Fault, fault, type Task } from "../process/index.ts";
import type { Ground, Site } from "./ground.ts";
import { imageOn } from "./ingredients.ts";
import { serviceName, stackOf } from "./place.ts";
import type { Ingredients } from "./spec/part.ts";
import { serviceSpec } from "./spec/service.ts";
import type { Fetched, Supply } from "./supply.ts";
import { apply } from "./swarm/apply.ts";
import { examineOn } from "./swarm/postMortem.ts";
import { settle } from "./swarm/roll.ts";
import { serviceNamed } from "./swarm/tasks.ts";

const deadlineMs = 180_000;

/** Sees to it that the services beside the application are there and ready. One that is there is left as it is. */
export async function ensureServices(
  { place, profile, sites }: Ground,
  ingredients: Ingredients,
  supply: Supply,
  task: Task,
): Promise<void> {
  const [{ docker }] = sites;
  for (const service of Object.values(profile.services)) {
    const name = serviceName(place, service.name);
    const plan = {
      id: `service/${service.name}`,
      title: service.name,
      why: "What the application needs is there and ready before it starts. What holds data is never changed by a deploy.",
      command: `docker service ps ${name}`,
    };
    if ((await serviceNamed(docker, name, task.signal)) !== undefined) {
      task.skip(plan, "there already");
      continue;
    }
    const at = siteOf(sites, ingredients.home);
    await supply.fetch(service.image, at, task);
    await task.step(plan, async (step) => {
      const image = await imageOn(at, service.image, await digestOn(at, service.image));
      const applied = await apply(docker, serviceSpec(service, image, ingredients), task.signal);
      const turnout = await settle([applied], {
        ...{ docker, signal: task.signal, deadlineMs, examine: examineOn(sites, task.signal) },
        onChange: (_, says) => step.line({ from: "stdout", text: says }),
      });
      if (turnout.held) return;
      const { reason, lastLines } = turnout;
      throw fault("service-not-ready", [service.name, stackOf(place), reason], { lastLines });
    });
  }
}

/** What a deploy would bring for services that are not there yet, and to which server. */
export async function servicesToCome(
  { place, profile, sites }: Ground,
  home: string,
  signal: AbortSignal,
): Promise<Fetched[]> {
  const to = siteOf(sites, home);
  const found = await Promise.all(
    Object.values(profile.services).map(async ({ name, image }) => {
      const there = await serviceNamed(sites[0].docker, serviceName(place, name), signal);
      return there === undefined ? [{ image, to }] : [];
    }),
  );
  return found.flat();
}

const siteOf = (sites: Ground["sites"], home: string) => sites.find(({ node }) => node === home) ?? sites[0];

async function digestOn({ docker, name }: Site, image: string): Promise<string> {
  try {
    return (await docker.getImage(image).inspect()).Id;
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw fault("image-unavailable", [image, `it is not on ${name}`], { cause: thrown });
  }
}
