import type Docker from "dockerode";
import { labelsOf, type Place, stackOf } from "../place.ts";
import { containerOf } from "../plan.ts";
import { nanoseconds } from "./part.ts";

/** A program that runs once as a process runs that is live: its image, variables, secrets, volumes and limits. */
export function oneOffSpec(
  place: Place,
  live: Docker.ServiceSpec,
  program: readonly string[],
  name: string,
): Docker.ServiceSpec {
  const { Placement, Resources } = live.TaskTemplate ?? {};
  return {
    Name: name,
    Labels: { ...labelsOf(place), "sistership.run": "1" },
    TaskTemplate: {
      ContainerSpec: {
        ...containerOf(live),
        ...startedAs(containerOf(live), program),
        Labels: labelsOf(place),
        HealthCheck: { Test: ["NONE"] },
        StopGracePeriod: nanoseconds(10_000),
      },
      RestartPolicy: { Condition: "none" },
      ...(Resources === undefined ? {} : { Resources }),
      ...(Placement === undefined ? {} : { Placement }),
      // the stage's own network alone: where the edge looks for replicas this is not one
      Networks: [{ Target: stackOf(place), Aliases: [`${stackOf(place)}-run`] }],
      ForceUpdate: 0,
    },
    Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
    EndpointSpec: { Mode: "dnsrr" },
  };
}

/** With the step before it that fills in secrets; there are no requests for it to wait for. */
function startedAs(
  { Args = [], Configs = [] }: Docker.ContainerSpec,
  program: readonly string[],
): Pick<Docker.ContainerSpec, "Command" | "Args"> {
  const [first = "", ...rest] = program;
  if (Configs.length === 0) return { Command: [first], Args: rest };
  const before = Args.slice(0, Args.indexOf("--"));
  const drain = before.indexOf("--drain");
  const kept = drain === -1 ? before : before.filter((_, at) => at < drain || at > drain + 3);
  return { Args: [...kept, "--", ...program] };
}
