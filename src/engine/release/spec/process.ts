import type Docker from "dockerode";
import {
  execForm,
  probeCommand,
  processCommand,
  serves,
  stackOf as stackOfImage,
} from "../../blueprint/index.ts";
import type { Process, Profile, Stage } from "../../profile/index.ts";
import { labelsOf, serviceName } from "../place.ts";
import { routeLabel, routesOf } from "../routes.ts";
import { scheduleLabels } from "../timers/scheduled.ts";
import { processVariables } from "../variables.ts";
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

/** How much longer than its grace a program has that was held back from stopping: to close what is idle. */
const afterDrainMs = 10_000;

/** The service that runs one process of the application on a stage. */
export function processSpec(
  process: Process,
  stage: Stage,
  ingredients: Ingredients & { release: number },
): Docker.ServiceSpec {
  const { place, profile, images, release, home } = ingredients;
  const image = imageOf(images, process);
  const { name, port } = process;
  const volumes = Object.entries(process.volumes);
  const routes = routesOf(profile.name, stage, process, ingredients.auth);
  if (process.schedule !== undefined) return scheduledSpec(process, process.schedule, ingredients);
  const labels = { ...labelsOf(place), "sistership.process": name, "sistership.image": image.digest };
  const replicas = stage.replicas[name] ?? process.replicas;
  return {
    Name: serviceName(place, name),
    Labels: {
      ...labels,
      "sistership.release": String(release),
      ...routeLabel(routes),
    },
    TaskTemplate: {
      ContainerSpec: {
        ...containerSpec(process, ingredients, programOf(profile, process, image), drainOf(process)),
        ...healthOf(profile, process),
        Labels: labels,
        Mounts: volumes.map(([volume, path]) => namedVolume(place, volume, path)),
        StopGracePeriod: nanoseconds(process.stopGraceMs + (port === undefined ? 0 : afterDrainMs)),
      },
      Resources: limits(process),
      RestartPolicy: { Condition: "any", Delay: nanoseconds(2000) },
      Placement: placement(place, volumes.length > 0 ? home : undefined),
      Networks: networks(place, name, port !== undefined),
      ForceUpdate: 0,
    },
    Mode: { Replicated: { Replicas: replicas } },
    ...updates(process, stage, replicas),
    // no address of its own in front of the tasks: what it rests on drops requests while tasks come and go
    EndpointSpec: { Mode: "dnsrr" },
  };
}

/**
 * What runs by the clock is no service until its time comes: a timer of the server makes one of this, which runs once.
 * So no deploy stops what is at work, and nothing is started that nobody asked for.
 */
function scheduledSpec(
  process: Process,
  schedule: string,
  ingredients: Ingredients & { release: number },
): Docker.ServiceSpec {
  const { place, profile, images, release, home } = ingredients;
  const { name } = process;
  const image = imageOf(images, process);
  const volumes = Object.entries(process.volumes);
  return {
    Name: serviceName(place, name),
    Labels: {
      ...{ ...labelsOf(place), "sistership.image": image.digest, "sistership.release": String(release) },
      ...scheduleLabels(name, schedule),
    },
    TaskTemplate: {
      ContainerSpec: {
        ...containerSpec(process, ingredients, programOf(profile, process, image)),
        HealthCheck: { Test: ["NONE"] },
        // by these its lines are found in the logs of the stage; the service itself is no process that always runs
        Labels: { ...labelsOf(place), "sistership.process": name },
        Mounts: volumes.map(([volume, path]) => namedVolume(place, volume, path)),
        StopGracePeriod: nanoseconds(process.stopGraceMs),
      },
      Resources: limits(process),
      RestartPolicy: { Condition: "none" },
      Placement: placement(place, volumes.length > 0 ? home : undefined),
      Networks: networks(place, name, false),
      ForceUpdate: 0,
    },
    Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
    EndpointSpec: { Mode: "dnsrr" },
  };
}

/** What every container of a process is, whatever it starts. */
export function containerSpec(
  process: Process,
  ingredients: Ingredients,
  program: readonly string[],
  drain?: { seconds: number; port: number; path: string },
): Docker.ContainerSpec {
  const { place, profile, images } = ingredients;
  const variables = processVariables(profile, process);
  const generated = stackOfImage(profile, process.image) !== undefined;
  return {
    Image: imageOf(images, process).reference,
    Labels: labelsOf(place),
    ...started(program, variables, ingredients, drain),
    Env: environment(variables),
    ...(generated && process.dir !== "." ? { Dir: `/app/${process.dir}` } : {}),
    Init: true,
  };
}

/** Why a process is stopped before its next version starts, and for what it costs; undefined where it is not. */
export function stopFirst({ name, volumes }: Process): string | undefined {
  const [volume] = Object.keys(volumes);
  if (volume === undefined) return undefined;
  return `${name} writes to the volume ${volume}, which two versions must not do at once: the old one stops before the new one starts, and until that is healthy nothing answers.`;
}

/** At most so many are new before the first of them has shown itself healthy. */
function updates(process: Process, { watchMs }: Stage, replicas: number) {
  const common = {
    Parallelism: Math.max(1, Math.ceil(replicas / 2)),
    Delay: 0,
    MaxFailureRatio: 0,
    Order: stopFirst(process) === undefined ? "start-first" : "stop-first",
  };
  return {
    // Swarm itself watches for the whole time: it goes back even where we are gone by then
    UpdateConfig: { ...common, FailureAction: "rollback", Monitor: nanoseconds(Math.max(5000, watchMs)) },
    RollbackConfig: { ...common, FailureAction: "pause", Monitor: nanoseconds(5000) },
  };
}

/** The check of the release's Compose file: the same questions, as often. */
function healthOf(
  profile: Profile,
  { health, port, image }: Process,
): Pick<Docker.ContainerSpec, "HealthCheck"> {
  const generated = stackOfImage(profile, image) !== undefined;
  // the image's own check asks the main process's port, which this one has not: it is well as long as it runs
  if (health === undefined) return generated ? { HealthCheck: { Test: ["NONE"] } } : {};
  // of another's image nothing is known that could be asked with, except what the profile says
  if (!generated && health.check.kind !== "command") return {};
  return {
    HealthCheck: {
      Test: ["CMD", ...probeCommand(health, port)],
      Interval: nanoseconds(2000),
      Timeout: nanoseconds(health.timeoutMs),
      StartPeriod: nanoseconds(health.startMs),
      Retries: Math.max(3, Math.ceil(health.startMs / 10_000)),
    },
  };
}

/** What a process starts in its image: of an image that we know nothing of, what the image itself would. */
function programOf(profile: Profile, process: Process, { entrypoint, command }: ReleaseImage): string[] {
  const image = profile.images[process.image];
  if (image === undefined || stackOfImage(profile, process.image) === undefined)
    return [...entrypoint, ...(process.run === undefined ? command : execForm(process.run))];
  return process.run === undefined && !serves(image, process) ? [...command] : processCommand(image, process);
}

/** Requests on their way are waited for by the step before the program, which need not know how. */
function drainOf({ port, health, stopGraceMs }: Process) {
  if (port === undefined) return undefined;
  const path = health?.check.kind === "http" ? health.check.path : "";
  return { seconds: Math.ceil(stopGraceMs / 1000), port, path };
}

function limits({ memoryBytes, cpus }: Process): Docker.ResourceRequirements {
  return {
    Limits: {
      ...(memoryBytes === undefined ? {} : { MemoryBytes: memoryBytes }),
      ...(cpus === undefined ? {} : { NanoCPUs: Math.round(cpus * 1e9) }),
    },
  };
}

function imageOf(images: Ingredients["images"], { image }: Process): ReleaseImage {
  return images[image] ?? { reference: "", digest: "", entrypoint: [], command: [] };
}
