import type Docker from "dockerode";

/** A container as far as it matters to whoever runs a Compose project. */
export interface Container {
  id: string;
  name: string;
  project: string;
  service: string;
  /** Made for one command, such as a migration. */
  single: boolean;
  /** The id of the image it was made from, and of the configuration it was made by. */
  image: string;
  config: string;
  folder: string;
  /** The Compose files it was made from. */
  files: string[];
  state: "created" | "running" | "paused" | "restarting" | "exited" | "dead" | "removing";
  health: "none" | "starting" | "healthy" | "unhealthy";
  exitCode?: number;
  /** Ports of this machine by ports inside. */
  ports: Record<number, number>;
}

const label = (name: string) => `com.docker.compose.${name}`;

/** Every container that Compose made, of all projects or of one, running or not, in one question. */
export async function composeContainers(
  docker: Docker,
  { project, signal }: { project?: string; signal?: AbortSignal } = {},
): Promise<Container[]> {
  const found = await docker.listContainers({
    all: true,
    filters: { label: [project === undefined ? label("project") : `${label("project")}=${project}`] },
    ...(signal ? { abortSignal: signal } : {}),
  });
  return found.map(read);
}

/** A container as far as it can be told without knowing who made it. */
export interface LabelledContainer {
  id: string;
  labels: Readonly<Record<string, string>>;
  state: Container["state"];
  exitCode?: number;
}

/** The containers that carry these labels, `name` or `name=value`, whether they run or have ended. */
export async function labelledContainers(
  docker: Docker,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<LabelledContainer[]> {
  const found = await docker.listContainers({
    all: true,
    filters: { label: [...labels] },
    abortSignal: signal,
  });
  return found.map(({ Id, Labels, State, Status }) => ({
    id: Id,
    labels: Labels,
    state: State as Container["state"],
    ...exitOf(Status),
  }));
}

function exitOf(status: string): { exitCode?: number } {
  const exit = /^Exited \((\d+)\)/.exec(status)?.[1];
  return exit === undefined ? {} : { exitCode: Number(exit) };
}

function read(info: Docker.ContainerInfo): Container {
  const { Labels, Status } = info;
  return {
    id: info.Id,
    name: (info.Names[0] ?? info.Id).replace(/^\//, ""),
    project: Labels[label("project")] ?? "",
    service: Labels[label("service")] ?? "",
    single: Labels[label("oneoff")] === "True",
    image: info.ImageID,
    config: Labels[label("config-hash")] ?? "",
    folder: Labels[label("project.working_dir")] ?? "",
    files: (Labels[label("project.config_files")] ?? "").split(","),
    state: info.State as Container["state"],
    health: healthOf(Status),
    ...exitOf(Status),
    ports: Object.fromEntries(
      info.Ports.flatMap(({ PrivatePort, PublicPort }) => (PublicPort ? [[PrivatePort, PublicPort]] : [])),
    ),
  };
}

/** "Up 3 seconds (healthy)": the list says no more of it, and asking each container costs a round trip each. */
function healthOf(status: string): Container["health"] {
  const said = /\((healthy|unhealthy|health: starting)\)/.exec(status)?.[1];
  if (said === undefined) return "none";
  return said === "health: starting" ? "starting" : (said as "healthy" | "unhealthy");
}
