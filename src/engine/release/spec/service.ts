import type Docker from "dockerode";
import { execForm, productionService } from "../../blueprint/index.ts";
import type { Service } from "../../profile/index.ts";
import { labelsOf, serviceName } from "../place.ts";
import { serviceVariables, standIn } from "../variables.ts";
import {
  environment,
  type Ingredients,
  namedVolume,
  nanoseconds,
  networks,
  placement,
  type ReleaseImage,
  started,
} from "./part.ts";

/**
 * A database or the like of a stage: one task on the server that has its volume, reached on the stage's own network and
 * nowhere else. No deploy changes it once it is there.
 */
export function serviceSpec(
  service: Service,
  image: ReleaseImage,
  ingredients: Ingredients,
): Docker.ServiceSpec {
  const { place, profile, home } = ingredients;
  const { env = {}, ready, run } = productionService(service, standIn(service));
  const variables = serviceVariables(profile, service, env);
  const command = service.run === undefined ? (run ?? image.command) : execForm(service.run);
  const labels = { ...labelsOf(place), "sistership.service": service.name, "sistership.image": image.digest };
  return {
    Name: serviceName(place, service.name),
    Labels: labels,
    TaskTemplate: {
      ContainerSpec: {
        Image: image.reference,
        Labels: labels,
        ...started([...image.entrypoint, ...command], variables, ingredients),
        Env: environment(variables),
        Mounts:
          service.volume === undefined ? [] : [namedVolume(place, `${service.name}-data`, service.volume)],
        ...(ready
          ? {
              HealthCheck: {
                Test: ["CMD", ...ready],
                Interval: nanoseconds(2000),
                Timeout: nanoseconds(5000),
                StartPeriod: nanoseconds(60_000),
                Retries: 30,
              },
            }
          : {}),
        StopGracePeriod: nanoseconds(60_000),
      },
      Resources: {},
      RestartPolicy: { Condition: "any", Delay: nanoseconds(2000) },
      Placement: placement(place, home),
      Networks: networks(place, service.name, false),
      ForceUpdate: 0,
    },
    Mode: { Replicated: { Replicas: 1 } },
    UpdateConfig: {
      Parallelism: 1,
      Delay: 0,
      FailureAction: "pause",
      Monitor: nanoseconds(5000),
      MaxFailureRatio: 0,
      Order: "stop-first",
    },
    EndpointSpec: { Mode: "dnsrr" },
  };
}
