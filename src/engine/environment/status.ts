import {
  compose,
  type DebuggerKind,
  debuggerOf,
  layout,
  localStatus,
  type Target,
  wrongProfile,
} from "../blueprint/index.ts";
import {
  type Container,
  composeContainers,
  connect,
  findEndpoint,
  listen,
  toDockerFault,
} from "../docker/index.ts";
import type { Profile } from "../profile/index.ts";
import { type Address, addresses } from "./addresses.ts";
import { type Here, targetOf } from "./here.ts";
import { imageInputs } from "./images.ts";
import { changed, described } from "./made.ts";
import { type Memory, recall } from "./memory.ts";
import { usualProject } from "./projectName.ts";
import { isOf } from "./session.ts";

export type PartState = "absent" | "starting" | "well" | "unwell" | "ended" | "crashing" | "paused";

/** A process or service of the environment, as it is now. */
export interface Part {
  name: string;
  kind: "process" | "service" | "workspace";
  state: PartState;
  /** Of one that has ended. */
  exitCode?: number;
  /** The image, for services. */
  image?: string;
  address?: Address;
  /** What it is debugged with, where it can be. */
  debugger?: DebuggerKind;
  /** The container, where there is one. */
  id?: string;
  /** In what its container is not as it would be made now: fields of its Compose service, or its image. Bringing the environment up mends it. */
  changed?: string[];
}

export interface EnvironmentStatus {
  name: string;
  project: string;
  parts: Part[];
  /** Generated files that do not follow from the profile any more, or were changed by hand. */
  drift: { path: string; state: "outdated" | "edited" }[];
}

/** What runs of the environment of a folder, and what does not. */
export async function environmentStatus(here: Here, signal?: AbortSignal): Promise<EnvironmentStatus> {
  const found = await localStatus(here.folder);
  if (!found.ok) throw wrongProfile(here.folder, found.problems);
  const { profile, files } = found;
  const memory = recall(here);
  const project = memory?.project ?? usualProject(here, profile);
  const containers = await ask(here, project, signal);
  const changes = memory === undefined ? new Map() : await changesSince(memory, here, found);
  const parts = partsOf(profile, project, memory?.ports ?? {}, containers, targetOf(here));
  return {
    name: profile.name,
    project,
    parts: parts.map((part) => {
      const changed = part.id === undefined ? undefined : changes.get(part.name);
      return changed ? { ...part, changed } : part;
    }),
    drift: files.flatMap(({ file, state }) =>
      state === "outdated" || state === "edited" ? [{ path: file.path, state }] : [],
    ),
  };
}

/** Process or service → in what it is described otherwise than what runs was made with. */
async function changesSince(
  memory: Memory,
  here: Here,
  { profile, files, lock, overlaid }: Extract<Awaited<ReturnType<typeof localStatus>>, { ok: true }>,
): Promise<Map<string, string[]>> {
  const changes = new Map<string, string[]>();
  const outdated = files.find(
    ({ file, state }) => file.path === ".sistership/compose.yaml" && state === "outdated",
  );
  const own = overlaid ? compose(profile, "dev", lock) : outdated?.file.text;
  const now = await described(here, here.rehearsal ? undefined : own);
  const plan = layout(profile, targetOf(here));
  const stale = new Set<string>();
  for (const image of plan.images) {
    const before = memory.built[image.name];
    if (before === undefined) continue;
    const rewritten = files.some(({ file, state }) => file.path === image.dockerfile && state === "outdated");
    if (rewritten || before.from !== (await imageInputs(here, image))) stale.add(image.name);
  }
  for (const name of [...plan.processes, ...plan.services, plan.workspace.service]) {
    const image = profile.processes[name]?.image ?? profile.processes[profile.main]?.image;
    const old = !plan.services.includes(name) && image !== undefined && stale.has(image);
    const all = [...changed(memory.made, now, name), ...(old ? ["image"] : [])];
    if (all.length > 0) changes.set(name, [...new Set(all)]);
  }
  return changes;
}

async function ask(here: Here, project: string, signal: AbortSignal | undefined): Promise<Container[]> {
  const endpoint = findEndpoint(here.machine);
  try {
    const docker = await connect(endpoint);
    const all = await composeContainers(docker, { project, ...(signal ? { signal } : {}) });
    return all.filter((one) => !one.single && isOf(here, one));
  } catch (thrown) {
    throw toDockerFault(thrown, endpoint, "say what runs");
  }
}

/** Pure: the profile's parts beside the containers that are there. */
export function partsOf(
  profile: Profile,
  project: string,
  ports: Readonly<Record<string, number>>,
  containers: readonly Container[],
  target: Target = "dev",
): Part[] {
  const plan = layout(profile, target);
  const places = new Map(addresses(project, profile.main, plan, ports).map((one) => [one.name, one]));
  const part = (name: string, kind: Part["kind"]): Part => {
    const container = containers.find(({ service }) => service === name);
    const address = places.get(name);
    const image = profile.services[name]?.image;
    const debuggedBy = target === "dev" && kind === "process" ? debuggerOf(profile, name) : undefined;
    return {
      name,
      kind,
      ...(debuggedBy === undefined ? {} : { debugger: debuggedBy }),
      ...(image === undefined ? {} : { image }),
      ...(address === undefined ? {} : { address }),
      ...(container === undefined ? { state: "absent" } : read(container)),
    };
  };
  return [
    ...plan.processes.map((name) => part(name, "process")),
    ...plan.services.map((name) => part(name, "service")),
    ...(target === "dev" ? [part(plan.workspace.service, "workspace")] : []),
  ];
}

function read({ id, state, health, exitCode }: Container): Pick<Part, "state" | "exitCode" | "id"> {
  switch (state) {
    case "running":
      return { id, state: health === "starting" ? "starting" : health === "unhealthy" ? "unwell" : "well" };
    case "restarting":
      return { id, state: "crashing" };
    case "paused":
      return { id, state: "paused" };
    case "created":
      return { id, state: "absent" };
    default:
      return { id, state: "ended", ...(exitCode === undefined ? {} : { exitCode }) };
  }
}
/**
 * Tells of every change of the environment, beginning with how it is now. Told by the engine, never asked again and
 * again; throws when the engine goes away.
 */
export async function* watchEnvironment(here: Here, signal: AbortSignal): AsyncGenerator<EnvironmentStatus> {
  const endpoint = findEndpoint(here.machine);
  try {
    const docker = await connect(endpoint);
    const first = await environmentStatus(here, signal);
    const events = await listen(docker, first.project, signal);
    yield await environmentStatus(here, signal);
    for await (const { action } of events) {
      if (/^(create|start|die|stop|destroy|pause|unpause|rename|health_status)/.test(action))
        yield await environmentStatus(here, signal);
    }
  } catch (thrown) {
    if (!signal.aborted) throw toDockerFault(thrown, endpoint, "tell what runs");
  }
}
