import type Docker from "dockerode";
import { onStage } from "../../blueprint/index.ts";
import { labelledContainers, listenTo } from "../../docker/index.ts";
import { gather, type Happening, type LogEvent, type Origin, type Printer } from "../../environment/index.ts";
import { Fault, type FaultCode, fault } from "../../process/index.ts";
import type { Profile } from "../../profile/index.ts";
import { dockerOn, type Target } from "../../server/index.ts";
import { edgeLabel } from "../edgeLog.ts";
import type { Reach } from "../ground.ts";
import { labelsOf } from "../place.ts";
import { type Recognise, recogniser, type Wanted } from "./printers.ts";

export interface StageLogOptions extends Partial<Wanted> {
  profile: Profile;
  stage: string;
  reach: Reach;
  /** Ends after what was printed so far where false. */
  follow: boolean;
  /** Nothing from before this time. */
  since?: Date;
  /** Of what was printed before, only so many lines of each container. */
  tail?: number;
  signal: AbortSignal;
}

/** What may be otherwise the next time; all else needs somebody to see to it, and asking again would ask them again. */
const passing: ReadonlySet<FaultCode> = new Set<FaultCode>([
  ...(["server-unreachable", "connection-lost", "sessions-refused"] as const),
  "socket-refused",
]);

/**
 * The lines of all replicas on all servers of a stage, of those too that have ended, as long as Docker keeps them, with
 * the requests that the edge was asked. A server that is not reached keeps nobody from reading the others.
 */
export function followStage(options: StageLogOptions): AsyncGenerator<LogEvent> {
  const { profile, stage, reach, processes = [], services = false, ...reading } = options;
  const staged = onStage(profile, stage);
  const place = { app: profile.name, stage };
  const recognise = recogniser(staged, place, { processes, services });
  const own = Object.entries(labelsOf(place)).map((pair) => pair.join("="));
  const targets = (staged.stages[stage]?.servers ?? []).map((name) => reach.target(name));
  return gather(
    targets.map((target) => originOn(target, reach, own, recognise)),
    reading,
  );
}

/** A server of a stage: its own engine is asked, for it alone has what has ended. */
function originOn(target: Target, { pool }: Reach, own: readonly string[], recognise: Recognise): Origin {
  const { name } = target;
  const printerOf = (id: string, labels: Readonly<Record<string, string>>, state: Partial<Printer>) => {
    const speaker = recognise(labels);
    return speaker && { running: false, ...state, ...speaker, server: name, id };
  };
  return {
    lost: `${name} does not answer, trying again…`,
    connect: async (signal) => dockerOn(await pool.link(target, signal)),
    now: async (docker) => Date.parse((await docker.info()).SystemTime),
    async printers(docker, signal) {
      const found = [own, [edgeLabel]].map((labels) => labelledContainers(docker, labels, signal));
      return (await Promise.all(found)).flat().flatMap(({ id, labels, state, exitCode }) => {
        if (state === "created") return [];
        const code = exitCode === undefined ? {} : { exitCode };
        const running = state !== "exited" && state !== "dead";
        return printerOf(id, labels, { running, ...code }) ?? [];
      });
    },
    happenings: async (docker, signal) => happeningsOn(docker, printerOf, signal),
    fault: (thrown) =>
      thrown instanceof Fault
        ? thrown
        : fault("connection-lost", [name, "reading its logs"], { cause: thrown }),
    passes: ({ code }) => passing.has(code),
  };
}

async function happeningsOn(
  docker: Docker,
  printerOf: (id: string, labels: Record<string, string>, state: Partial<Printer>) => Printer | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<Happening>> {
  const events = await listenTo(docker, { event: ["start", "die", "destroy"] }, signal);
  return (async function* () {
    for await (const { id, labels, action, exitCode } of events) {
      const code = exitCode === undefined ? {} : { exitCode };
      const printer = printerOf(id, { ...labels }, { running: action === "start", ...code });
      if (printer) yield { action, printer };
    }
  })();
}
