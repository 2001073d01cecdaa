import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  apply,
  compose as composeFile,
  layout,
  localStatus,
  onStage,
  writable,
  wrongProfile,
} from "../blueprint/index.ts";
import { composeContainers, connect, findEndpoint, inspectEngine } from "../docker/index.ts";
import { format, type Task } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";
import { compose } from "./composeCommand.ts";
import { hideFromGit, worktreeOf } from "./git.ts";
import { type Here, targetOf } from "./here.ts";
import { generatedFolder, overlaidFile, rehearsalFile, writeGenerated, writeLocal } from "./local.ts";
import { checkoutId, type Memory, recall, recallOthers, remember } from "./memory.ts";
import { choosePorts, isPortFree } from "./ports.ts";
import { chooseProjectName, usualProject } from "./projectName.ts";
import { saidOfRelease } from "./released.ts";
import { isOf, type Session } from "./session.ts";

/** Everything that is looked at and settled before anything is started. */
export async function openSession(here: Here, task: Task): Promise<Session> {
  const endpoint = findEndpoint(here.machine);
  const { rootless, version } = await task.step(
    {
      id: "engine",
      title: "Docker engine",
      why: "Everything runs in containers, so that it is the same on each machine.",
      command: "docker info",
    },
    async (step) => {
      const found = await inspectEngine(endpoint, task.signal);
      step.says(found.version);
      return found;
    },
  );
  const profile = await task.step(
    {
      id: "files",
      title: "Files of the environment",
      why: "Compose file and Dockerfile follow from sistership.yaml alone. What was changed by hand is left as it is.",
      command: "sistership generate",
    },
    async (step) => {
      const { profile, written, edited } = await refresh(here);
      if (written.length > 0) step.says(`wrote ${written.join(", ")}`);
      else if (edited.length > 0) step.says(`${edited.join(", ")} changed by hand, used as it is`);
      else step.says("up to date");
      return profile;
    },
  );
  const docker = await connect(endpoint);
  const plan = layout(profile, targetOf(here));
  const memory = await settlePorts({ here, profile, docker, layout: plan, rootless }, task);
  const env = here.rehearsal ? await saidOfRelease(here.folder, version) : {};
  return { here, profile, layout: plan, docker, rootless, project: memory.project, memory, env };
}

type Settling = Pick<Session, "here" | "profile" | "docker" | "layout" | "rootless">;

/** Chooses the name and the ports of this checkout: those it had, as far as nobody else has them now. */
export async function settlePorts(
  session: Settling,
  task: Task,
  avoid: ReadonlySet<number> = new Set(),
): Promise<Memory> {
  const plan = {
    id: "ports",
    title: "Ports",
    why: "Each checkout keeps ports of its own, so that several projects run side by side.",
    command: format(compose(session.here, ["ps"])),
  };
  return task.step(plan, async (step) => {
    const { memory, moved } = await settle(session, avoid);
    const chosen = Object.entries(memory.ports).map(([name, port]) => `${name} ${port}`);
    const said = moved.map(({ name, from, to }) => `${name} moved to ${to}, for ${from} is taken`);
    step.says((moved.length > 0 ? said : chosen).join(", "));
    return memory;
  });
}

/** Brings the generated files up to date, as far as nobody changed them by hand. */
async function refresh(here: Here): Promise<{ profile: Profile; written: string[]; edited: string[] }> {
  const { folder, rehearsal } = here;
  const found = await localStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  const pending = writable(found.files);
  await apply(folder, pending);
  const edited = found.files.filter(({ state }) => state === "edited").map(({ file }) => file.path);
  const { stage } = rehearsal ?? {};
  const profile = stage === undefined ? found.profile : onStage(found.profile, stage);
  if (found.overlaid) {
    await hideFromGit(folder);
    const head = "# With what sistership.local.yaml says: of this machine alone, ignored by git.\n";
    writeGenerated(folder, overlaidFile, `${head}${composeFile(profile, "dev", found.lock)}`);
  } else rmSync(join(folder, generatedFolder, overlaidFile), { force: true });
  if (rehearsal) {
    const head =
      "# What is released, for a rehearsal on this machine: made anew each time, ignored by git.\n";
    writeGenerated(folder, rehearsalFile, `${head}${composeFile(profile, "release", found.lock)}`);
  }
  return { profile, written: pending.map(({ path }) => path), edited };
}

/** Name and ports of this checkout, remembered and written down for Compose. */
async function settle(
  { here, profile, docker, layout: { ports: wanted }, rootless = false }: Settling,
  avoid: ReadonlySet<number>,
) {
  const before = recall(here);
  const others = recallOthers(here);
  const containers = (await composeContainers(docker)).filter(({ single }) => !single);
  const [own, foreign] = [true, false].map((mine) => containers.filter((one) => isOf(here, one) === mine));
  const id = checkoutId(here.folder);
  const project = chooseProjectName({
    name: usualProject(here, profile),
    folder: here.folder,
    id,
    before: before?.project,
    others: new Set([...others.map((other) => other.project), ...(foreign ?? []).map((one) => one.project)]),
  });
  const { ports, moved } = await choosePorts({
    wanted,
    before: before?.ports ?? {},
    own: new Set((own ?? []).flatMap((one) => Object.values(one.ports))),
    others: new Set([...others.flatMap((other) => Object.values(other.ports)), ...avoid]),
    salt: id,
    isFree: isPortFree,
  });
  const memory: Memory = {
    built: {},
    made: {},
    seeded: {},
    ...(before?.project === project ? before : {}),
    folder: here.folder,
    project,
    ports,
  };
  remember(here, memory);
  const repository = worktreeOf(here.folder);
  writeLocal(here, {
    COMPOSE_PROJECT_NAME: project,
    SISTERSHIP_FOLDER: here.folder, // by it, editors with dev containers find this folder's containers
    ...userNumbers(here, rootless),
    ...(repository === undefined ? {} : { SISTERSHIP_GIT: repository }),
    ...Object.fromEntries(wanted.map(({ name, variable }) => [variable, ports[name] ?? ""])),
  });
  return { memory, moved };
}

/** On Linux, files made in a container belong to whatever number its user has. Elsewhere Docker Desktop sees to it. */
function userNumbers({ machine }: Here, rootless: boolean): Record<string, number> {
  if (rootless) return { SISTERSHIP_UID: 0, SISTERSHIP_GID: 0 };
  if (machine.platform !== "linux" || !process.getuid || !process.getgid) return {};
  return { SISTERSHIP_UID: process.getuid(), SISTERSHIP_GID: process.getgid() };
}
