import type Docker from "dockerode";
import { onStage, variableNames } from "../blueprint/index.ts";
import { identityOf, knownOf, lookIntoImage, type Side } from "../environment/index.ts";
import type { Task } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";
import { dockerOn, type Link } from "../server/index.ts";

/** What lies on the servers of a stage, beside what is developed in and rehearsed: the newest image of each process, looked into. */
export async function stageSides(
  profile: Profile,
  stage: string,
  links: readonly Link[],
  task: Task,
): Promise<Side[]> {
  const staged = onStage(profile, stage);
  return Promise.all(
    links.map((link) => {
      const server = link.target.name;
      const name = links.length === 1 ? stage : `${stage} on ${server}`;
      const plan = {
        id: `look/${stage}/${server}`,
        title: `Look into what ${server} has`,
        why: "The image itself is asked, on the server: a name only says what it should be.",
        command: `ssh ${link.target.address} docker run --rm --network none … dpkg-query --show`,
      };
      return task.step(plan, async (step) => {
        const side = await sideOn(await dockerOn(link), name, staged, task.signal);
        const count = Object.keys(side.processes).length;
        step.says(
          count === 0 ? "nothing was shipped there yet" : count === 1 ? "1 image" : `${count} images`,
        );
        return side;
      });
    }),
  );
}

async function sideOn(docker: Docker, name: string, profile: Profile, signal: AbortSignal): Promise<Side> {
  const processes = Object.values(profile.processes).map(async (process) => {
    const image = await newest(docker, `${profile.name}-${process.image}`);
    if (image === undefined) return [];
    const known = { ...knownOf(profile, process.name), variables: variableNames(profile, process) };
    return [[process.name, await lookIntoImage(docker, image, known, signal)] as const];
  });
  const services = Object.values(profile.services).map(async (service) => {
    const found = await newest(docker, service.image);
    return found === undefined ? [] : [[service.name, await identityOf(docker, found)] as const];
  });
  return {
    name,
    processes: Object.fromEntries((await Promise.all(processes)).flat()),
    services: Object.fromEntries((await Promise.all(services)).flat()),
  };
}

async function newest(docker: Docker, reference: string): Promise<string | undefined> {
  const images = await docker.listImages({ filters: { reference: [reference] } });
  return images.sort((a, b) => b.Created - a.Created)[0]?.Id;
}
