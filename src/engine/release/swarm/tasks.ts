import type Docker from "dockerode";
import { z } from "zod";
import { canonical } from "../canonical.ts";
import { labelsOf, type Place } from "../place.ts";

const task = z.object({
  ID: z.string(),
  ServiceID: z.string(),
  NodeID: z.string().optional(),
  Slot: z.number().optional(),
  CreatedAt: z.string(),
  DesiredState: z.string(),
  Spec: z.object({ ContainerSpec: z.unknown(), ForceUpdate: z.number().optional() }),
  Status: z.object({
    Timestamp: z.string().optional(),
    State: z.string(),
    Message: z.string().optional(),
    Err: z.string().optional(),
    ContainerStatus: z
      .object({ ContainerID: z.string().optional(), ExitCode: z.number().optional() })
      .nullish(),
  }),
  NetworksAttachments: z
    .array(
      z.object({
        Network: z.object({ Spec: z.object({ Name: z.string() }) }),
        Addresses: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});

/** One run of a service's program on one node. */
export type SwarmTask = z.infer<typeof task>;

const status = z.object({ State: z.string(), Message: z.string().optional() });

const spec = z.custom<Docker.ServiceSpec>((value) => typeof value === "object" && value !== null);

const service = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: spec,
  /** What an update has replaced; absent where there was none, or where it was taken back. */
  PreviousSpec: spec.nullish(),
  UpdateStatus: status.nullish(),
});

export type SwarmService = z.infer<typeof service>;

/** The services that carry these labels, `name` or `name=value`. */
export async function servicesWith(
  docker: Docker,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<SwarmService[]> {
  const found = await docker.listServices({ filters: { label: [...labels] }, abortSignal: signal });
  return z.array(service).parse(found);
}

/** The services that run the processes of a place. */
export function processesAt(docker: Docker, place: Place, signal: AbortSignal): Promise<SwarmService[]> {
  const labels = Object.entries(labelsOf(place)).map((pair) => pair.join("="));
  return servicesWith(docker, [...labels, "sistership.process"], signal);
}

/** How many replicas a service is to have. */
export const wantedOf = ({ Spec }: SwarmService): number => Spec.Mode?.Replicated?.Replicas ?? 1;

/** Whether these were told to stop: they are there, and nothing of them is wanted to run. */
export const areStopped = (services: readonly SwarmService[]): boolean =>
  services.length > 0 && services.every((service) => wantedOf(service) === 0);

export async function serviceNamed(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<SwarmService | undefined> {
  // the filter takes every name that begins so
  const found = await docker.listServices({ filters: { name: [name] }, abortSignal: signal });
  return z
    .array(service)
    .parse(found)
    .find(({ Spec }) => Spec.Name === name);
}

export async function tasksOf(docker: Docker, id: string, signal: AbortSignal): Promise<SwarmTask[]> {
  const found = await docker.listTasks({ filters: { service: [id] }, abortSignal: signal });
  return z.array(task).parse(found);
}

const node = z.object({
  Spec: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  Description: z.object({ Hostname: z.string() }),
  Status: z.object({ State: z.string() }),
});

/** The servers of the group that Swarm hears nothing of. */
export async function lostNodes(docker: Docker): Promise<string[]> {
  return z
    .array(node)
    .parse(await docker.listNodes())
    .filter(({ Status }) => Status.State !== "ready")
    .map(({ Spec, Description }) => Spec.Labels?.["sistership.server"] ?? Description.Hostname);
}

/** Whether a task runs what its service now says. */
export function isCurrent({ Spec }: SwarmTask, of: SwarmService): boolean {
  const template = of.Spec.TaskTemplate;
  if (template === undefined || !("ContainerSpec" in template)) return false;
  return (
    canonical(Spec.ContainerSpec) === canonical(template.ContainerSpec) &&
    (Spec.ForceUpdate ?? 0) === (template.ForceUpdate ?? 0)
  );
}

const over = ["failed", "rejected", "complete", "shutdown", "orphaned", "remove"];

export const isOver = ({ Status }: SwarmTask): boolean => over.includes(Status.State);

/** Whether it waits for a server that takes it, and none does. */
export const isHomeless = ({ Status: { State, Err = "" } }: SwarmTask): boolean =>
  State === "pending" && /no suitable node/i.test(Err);

export const unwell = "it runs, but does not become healthy.";

/** Why a task did not turn out well, in its own words or the engine's. */
export function complaint({ Status }: SwarmTask): string {
  const { Err = "", Message = "", State } = Status;
  if (/unhealthy/i.test(Err)) return unwell;
  const exit = /non-zero exit \((\d+)\)/.exec(Err)?.[1];
  if (exit !== undefined) return `it ended with exit code ${exit}.`;
  if (/no suitable node/i.test(Err))
    return `no server has room for it (${Err.replace(/^no suitable node \(?|\)$/g, "")}).`;
  if (/No such image/i.test(Err)) return "its image is not on the server.";
  if (State === "complete") return "it ended by itself, though it should go on running.";
  return `${(Err || Message || State).replace(/\.$/, "")}.`;
}
