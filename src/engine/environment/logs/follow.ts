import { setTimeout as wait } from "node:timers/promises";
import type Docker from "dockerode";
import {
  composeContainers,
  connect,
  findEndpoint,
  listen,
  type Machine,
  toDockerFault,
} from "../../docker/index.ts";
import { Demultiplexer, type StampedLine } from "./demultiplex.ts";
import type { LogEvent, LogLine, ProcessState } from "./line.ts";
import { type Inlet, Merge } from "./merge.ts";
import { type Mount, openLogs, sinceStamp } from "./open.ts";

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

const retryMs = [500, 1000, 2000, 5000];

interface Known {
  process: string;
  running: boolean;
  exitCode?: number;
  /** The stamp of its last line, from which it is gone on. */
  last: string;
  reading: boolean;
}

/**
 * The lines of all containers of a project, in the order of their times, in batches. Nothing more is read from the
 * engine while a batch is not asked for. Containers that appear, end and start again are followed, and so is an engine
 * that goes away and comes back.
 */
export async function* followLogs(options: FollowOptions): AsyncGenerator<LogEvent> {
  const { machine, signal, follow } = options;
  const endpoint = findEndpoint(machine);
  const known = new Map<string, Known>();
  for (let tries = 0; !signal.aborted; ) {
    try {
      const docker = await connect(endpoint);
      for await (const event of once(docker, known, options)) {
        tries = 0;
        yield event;
      }
      return;
    } catch (thrown) {
      if (signal.aborted) return;
      if (!follow || (known.size === 0 && tries === 0))
        throw toDockerFault(thrown, endpoint, "read the logs");
      yield { kind: "connection", state: "reconnecting" };
      await wait(retryMs[Math.min(tries++, retryMs.length - 1)], undefined, { signal }).catch(() => {});
    }
  }
}

/** Follows for as long as the connection to the engine holds. */
async function* once(
  docker: Docker,
  known: Map<string, Known>,
  options: FollowOptions,
): AsyncGenerator<LogEvent> {
  const { project, follow, processes = [] } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const merge = new Merge<StampedLine>(Date.now(), { patient: !follow });
  let failed: { thrown: unknown } | undefined;
  let changed = true;
  const wanted = (process: string) => processes.length === 0 || processes.includes(process);
  const read = (id: string, one: Known) => {
    if (one.reading) return;
    one.reading = true;
    const inlet = merge.inlet();
    void pump(docker, id, one, inlet, { ...options, signal })
      .catch((thrown: unknown) => {
        // a container that was removed has nothing more to say
        if (!signal.aborted && !isGone(thrown)) failed = { thrown };
      })
      .finally(() => {
        one.reading = false;
        inlet.end();
      });
  };
  try {
    if (follow) {
      const events = await listen(docker, project, signal);
      void (async () => {
        try {
          for await (const { id, service, action, exitCode } of events) {
            if (!wanted(service)) continue;
            const one = known.get(id) ?? { process: service, running: false, last: "", reading: false };
            if (action === "start") {
              known.set(id, one);
              one.running = true;
              delete one.exitCode;
              read(id, one);
            } else if (action === "die") {
              one.running = false;
              if (exitCode !== undefined) one.exitCode = exitCode;
            } else if (action === "destroy") known.delete(id);
            else continue;
            changed = true;
            merge.wake();
          }
        } catch (thrown) {
          failed = { thrown };
          merge.wake();
        }
      })();
    }
    for (const { id, service, state, exitCode } of await composeContainers(docker, { project, signal })) {
      if (!wanted(service) || state === "created") continue;
      const one = known.get(id) ?? { process: service, running: false, last: "", reading: false };
      one.running = state !== "exited" && state !== "dead";
      if (exitCode !== undefined) one.exitCode = exitCode;
      known.set(id, one);
      read(id, one);
    }
    if (follow) yield { kind: "connection", state: "live" };
    while (!options.signal.aborted) {
      const more = merge.changed();
      const lines: readonly LogLine[] = merge.take();
      if (lines.length > 0) yield { kind: "lines", lines };
      if (changed) {
        changed = false;
        yield { kind: "processes", processes: statesOf(known) };
      }
      if (lines.length > 0) continue;
      if (failed) throw failed.thrown;
      if (!follow && merge.empty) return;
      await untilAborted(more, options.signal);
    }
  } finally {
    stop.abort();
  }
}

/** Reads one container until it ends, from where it was left. */
async function pump(
  docker: Docker,
  id: string,
  one: Known,
  inlet: Inlet<StampedLine>,
  { follow, since, onMounts, signal }: FollowOptions,
): Promise<void> {
  const before = one.last;
  const from = before ? sinceStamp(before) : since ? String(since.getTime() / 1000) : undefined;
  const source = await openLogs(docker, id, { follow, signal, ...(from ? { since: from } : {}) });
  inlet.open();
  onMounts?.(one.process, source.mounts);
  const cut = new Demultiplexer(one.process, source);
  const give = async (lines: StampedLine[]) => {
    // "since" includes the last line that is known
    const fresh = before === "" ? lines : lines.filter(({ stamp }) => stamp === "" || stamp > before);
    const last = fresh.at(-1);
    if (last === undefined) return;
    one.last = last.stamp;
    await inlet.push(fresh);
  };
  const destroy = () => source.stream.destroy();
  signal.addEventListener("abort", destroy, { once: true });
  try {
    for await (const chunk of source.stream) await give(cut.push(chunk));
    await give(cut.end());
  } finally {
    signal.removeEventListener("abort", destroy);
    source.stream.destroy();
  }
}

/** One state a process: of several containers, that of one that runs. */
function statesOf(known: ReadonlyMap<string, Known>): ProcessState[] {
  const states = new Map<string, ProcessState>();
  for (const { process, running, exitCode } of known.values()) {
    if (states.get(process)?.state === "running") continue;
    const code = running || exitCode === undefined ? {} : { exitCode };
    states.set(process, { name: process, state: running ? "running" : "ended", ...code });
  }
  return [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isGone(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "statusCode" in thrown && thrown.statusCode === 404;
}

function untilAborted(done: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([done, aborted]).finally(() => signal.removeEventListener("abort", stop));
}
