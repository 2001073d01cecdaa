import type Docker from "dockerode";
import type { Process } from "../../profile/index.ts";
import { labelsOf, type Place, stackOf } from "../place.ts";
import { type Ingredients, nanoseconds, networks, placement } from "./part.ts";
import { containerSpec } from "./process.ts";

/** A command that is run once, in the image and with the variables of a process: a migration. */
export function onceSpec(
  name: string,
  program: readonly string[],
  process: Process,
  ingredients: Ingredients,
): Docker.ServiceSpec {
  const { place, home } = ingredients;
  return {
    Name: name,
    Labels: { ...labelsOf(place), "sistership.once": "1" },
    TaskTemplate: {
      // the image's own check asks a port at which a migration does not listen
      ContainerSpec: { ...containerSpec(process, ingredients, program), HealthCheck: { Test: ["NONE"] } },
      RestartPolicy: { Condition: "none" },
      Placement: placement(place, home),
      Networks: networks(place, `${stackOf(place)}-once`, false),
      ForceUpdate: 0,
    },
    Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
    EndpointSpec: { Mode: "dnsrr" },
  };
}

/** One task of a service that nobody is led to: whether it boots at all. */
export function rehearsalSpec(place: Place, spec: Docker.ServiceSpec, home: string): Docker.ServiceSpec {
  const { "sistership.routes": _routes, "sistership.process": _process, ...labels } = spec.Labels ?? {};
  const template = spec.TaskTemplate as Docker.ContainerTaskSpec;
  return {
    Name: `${spec.Name}-rehearsal`,
    Labels: { ...labels, "sistership.once": "1" },
    TaskTemplate: {
      ...template,
      // it serves nobody, so it is waited for by nobody
      ContainerSpec: {
        ...template.ContainerSpec,
        Labels: labelsOf(place),
        StopGracePeriod: nanoseconds(1000),
      },
      RestartPolicy: { Condition: "none" },
      Placement: placement(place, home),
      Networks: networks(place, `${spec.Name}-rehearsal`, false),
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: "dnsrr" },
  };
}
