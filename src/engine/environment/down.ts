import { basename } from "node:path";
import type Docker from "dockerode";
import { localStatus } from "../blueprint/index.ts";
import { composeContainers, connect, findEndpoint, toDockerFault } from "../docker/index.ts";
import { type Command, fault, format, run, type Task } from "../process/index.ts";
import type { Here } from "./here.ts";
import { recall, remember } from "./memory.ts";
import { usualProject } from "./projectName.ts";
import { isOf } from "./session.ts";
import { explain } from "./trouble.ts";

/** Stops the environment and removes its containers. Its data stays. */
export async function down(here: Here, task: Task): Promise<void> {
  const project = await nameOf(here);
  await stop(here, project, task);
}

/** Stops the environment and deletes its data: databases, uploads, caches. The next start begins from nothing. */
export async function reset(here: Here, task: Task): Promise<void> {
  const project = await nameOf(here);
  await stop(here, project, task);
  await task.step(
    {
      id: "data",
      title: "Delete the data",
      why: "Databases, uploads and caches of this environment. Nothing else is touched.",
      command: `docker volume rm $(docker volume ls --quiet --filter label=com.docker.compose.project=${project})`,
    },
    async (step) => {
      const endpoint = findEndpoint(here.machine);
      try {
        const docker = await connect(endpoint);
        const { Volumes: volumes } = await docker.listVolumes({ filters: { label: [label(project)] } });
        for (const { Name } of volumes) await removeVolume(docker, project, Name);
        step.says(volumes.length === 1 ? "1 volume" : `${volumes.length} volumes`);
      } catch (thrown) {
        throw toDockerFault(thrown, endpoint, "delete the volumes");
      }
      const memory = recall(here);
      if (memory) {
        const { released: _, ...rest } = memory;
        remember(here, { ...rest, seeded: {} });
      }
    },
  );
}

/** A container whose making was broken off may appear after all the others are gone, and hold on to its volume. */
async function removeVolume(docker: Docker, project: string, name: string): Promise<void> {
  for (let left = 10; ; left--) {
    try {
      await docker.getVolume(name).remove();
      return;
    } catch (thrown) {
      if (left === 0 || !/409/.test(String(thrown))) throw thrown;
      const late = await docker.listContainers({
        all: true,
        filters: { volume: [name], label: [label(project)] },
      });
      await Promise.all(
        late.map(({ Id }) =>
          docker
            .getContainer(Id)
            .remove({ force: true })
            .catch(() => {}),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function stop(here: Here, project: string, task: Task): Promise<void> {
  // by name, not by file: it must work where the profile is broken, or gone
  const command: Command = {
    program: "docker",
    args: ["compose", "--progress", "plain", "--project-name", project, "down", "--remove-orphans"],
    cwd: here.folder,
    env: here.machine.env,
  };
  await task.step(
    {
      id: "down",
      title: "Stop the environment",
      why: "Containers and network go, data stays.",
      command: format(command),
    },
    async (step) => {
      const count = await running(here, project);
      if (count === 0) return step.says("nothing ran");
      try {
        await run(command, { signal: task.signal, onLine: (line) => step.line(line) });
      } catch (thrown) {
        throw explain(thrown, (reason) => fault("compose-failed", ["stop the environment", reason]));
      }
      step.says(count === 1 ? "1 container" : `${count} containers`);
    },
  );
}

async function running(here: Here, project: string): Promise<number> {
  const endpoint = findEndpoint(here.machine);
  try {
    const docker = await connect(endpoint);
    return (await composeContainers(docker, { project })).filter((one) => isOf(here, one)).length;
  } catch (thrown) {
    throw toDockerFault(thrown, endpoint, "say what runs");
  }
}

/** The Compose project of a folder: as remembered, else as its profile says. */
async function nameOf(here: Here): Promise<string> {
  const remembered = recall(here)?.project;
  if (remembered !== undefined) return remembered;
  const found = await localStatus(here.folder);
  if (!found.ok) throw fault("not-up", [basename(here.folder)]);
  return usualProject(here, found.profile);
}

const label = (project: string) => `com.docker.compose.project=${project}`;
