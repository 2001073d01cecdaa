import type { Speaker } from "../../environment/index.ts";
import { fault } from "../../process/index.ts";
import type { Profile, Stage } from "../../profile/index.ts";
import { edgeService } from "../../server/index.ts";
import { type Place, serviceName, stackOf } from "../place.ts";
import { accessReader, type Site } from "./access.ts";

/** What is wanted of a stage's logs. */
export interface Wanted {
  /** Only these processes and services, "edge" and "release"; all that is not a service where empty. */
  processes: readonly string[];
  /** Databases and the like, too. */
  services: boolean;
}

/** Who a container of a server is in the logs of a stage, and how its lines are read; undefined where it is nobody. */
export type Recognise = (
  labels: Readonly<Record<string, string>>,
) => (Speaker & { read?: (text: string) => string | undefined }) | undefined;

type Kind = "process" | "service" | "release" | "edge";

/** Knows the containers of a stage by their labels: Swarm's say which service and replica, ours whose they are. */
export function recogniser(profile: Profile, place: Place, { processes, services }: Wanted): Recognise {
  const stage = profile.stages[place.stage];
  const own = [...Object.keys(profile.processes), ...Object.keys(profile.services)];
  const names = { edge: free("edge", own), release: free("release", own) };
  const all = [...own, ...Object.values(names)];
  const unknown = processes.find((name) => !all.includes(name));
  if (unknown !== undefined) throw fault("no-such-process", [unknown, all.join(", ")]);
  const served = Object.keys(profile.processes).map((name) => serviceName(place, name));
  const read = accessReader(stage ? sitesOf(stage) : [], served);
  const isWanted = (process: string, kind: Kind) =>
    processes.length === 0 ? services || kind !== "service" : processes.includes(process);
  return (labels) => {
    const found = told(labels, place, names);
    if (found === undefined || !isWanted(found.process, found.kind)) return undefined;
    const { kind, ...speaker } = found;
    return kind === "edge" ? { ...speaker, read } : speaker;
  };
}

function told(
  labels: Readonly<Record<string, string>>,
  place: Place,
  names: { edge: string; release: string },
): (Speaker & { kind: Kind }) | undefined {
  const service = labels["com.docker.swarm.service.name"] ?? "";
  if (service === edgeService) return { process: names.edge, kind: "edge" };
  if (labels["sistership.app"] !== place.app || labels["sistership.stage"] !== place.stage) return undefined;
  const replica = replicaIn(labels["com.docker.swarm.task.name"] ?? "", service);
  const process = labels["sistership.process"];
  if (process !== undefined) return { process, ...replica, kind: "process" };
  const beside = labels["sistership.service"];
  if (beside !== undefined) return { process: beside, kind: "service" };
  // what is there for a moment says what it is by its name alone
  const part = service.slice(stackOf(place).length + 1);
  const [, release] = /^release-(\d+)$/.exec(part) ?? [];
  if (release !== undefined) return { process: names.release, replica: release, kind: "release" };
  const [, rehearsed] = /^(.+)-rehearsal$/.exec(part) ?? [];
  return rehearsed === undefined ? undefined : { process: rehearsed, replica: "rehearsal", kind: "process" };
}

/** `shop-production-web.2.x1y2…`: the second of them. Of those of which each server has one, Swarm names the server. */
function replicaIn(task: string, service: string): { replica?: string } {
  const [slot = ""] = task.slice(service.length + 1).split(".");
  return /^\d{1,5}$/.test(slot) ? { replica: slot } : {};
}

function sitesOf({ routes, www }: Stage): Site[] {
  return routes.flatMap(({ host, path }) => [
    { host, path },
    ...(www ? [{ host: `www.${host}`, path: "/" }] : []),
  ]);
}

function free(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? `sistership-${name}` : name;
}
