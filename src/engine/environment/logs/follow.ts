import {
  composeContainers,
  connect,
  findEndpoint,
  listen,
  type Machine,
  toDockerFault,
} from "../../docker/index.ts";
import { gather } from "./gather.ts";
import type { LogEvent } from "./line.ts";
import type { Mount } from "./open.ts";
import type { Origin } from "./origin.ts";

export interface FollowOptions {
  machine: Machine;
  /** The name of the Compose project. */
  project: string;
  /** Ends after what was printed so far where false. */
  follow: boolean;
  /** Only these processes; all where empty. */
  processes?: readonly string[];
  /** Nothing from before this time. */
  since?: Date;
  /** Told where folders of this machine are seen inside a process. */
  onMounts?: (process: string, mounts: readonly Mount[]) => void;
  signal: AbortSignal;
}

/** The lines of all containers of a Compose project on this machine. */
export function followLogs({
  machine,
  project,
  processes,
  onMounts,
  ...reading
}: FollowOptions): AsyncGenerator<LogEvent> {
  const which = { machine, project, onMounts, ...(processes ? { processes } : {}) };
  return gather([composeOrigin(which)], reading);
}

type Which = Pick<FollowOptions, "machine" | "project"> & {
  processes?: readonly string[];
  onMounts?: FollowOptions["onMounts"] | undefined;
};

/** The engine of a machine, and of its containers those of a Compose project. */
export function composeOrigin({ machine, project, processes = [], onMounts }: Which): Origin {
  const endpoint = findEndpoint(machine);
  const wanted = (process: string) => processes.length === 0 || processes.includes(process);
  return {
    onMounts,
    lost: "Docker stopped answering, trying again…",
    connect: () => connect(endpoint),
    now: async () => Date.now(),
    async printers(docker, signal) {
      const found = await composeContainers(docker, { project, signal });
      return found
        .filter(({ service, state }) => wanted(service) && state !== "created")
        .map(({ id, service, state, exitCode }) => ({
          ...{ id, process: service, running: state !== "exited" && state !== "dead" },
          ...(exitCode === undefined ? {} : { exitCode }),
        }));
    },
    async happenings(docker, signal) {
      return happeningsOf(await listen(docker, project, signal), wanted);
    },
    fault: (thrown) => toDockerFault(thrown, endpoint, "read the logs"),
    passes: () => true,
  };
}

async function* happeningsOf(
  events: Awaited<ReturnType<typeof listen>>,
  wanted: (process: string) => boolean,
) {
  for await (const { id, service, action, exitCode } of events) {
    if (!wanted(service)) continue;
    const printer = { id, process: service, running: action === "start" };
    yield { action, printer: exitCode === undefined ? printer : { ...printer, exitCode } };
  }
}
