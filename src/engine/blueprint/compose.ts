import { posix } from "node:path";
import { Document, isMap, isScalar, type Pair } from "yaml";
import type { Image, Process, Profile, Service } from "../profile/index.ts";
import { execForm } from "./command.ts";
import { appFolder, probeCommand, processCommand } from "./dockerfile.ts";
import { type Lock, pinned } from "./lock.ts";
import { developmentService } from "./services.ts";
import { serves } from "./site.ts";
import { type Stack, stackOf } from "./stacks/index.ts";
import { askedFor, developmentVariables } from "./variables.ts";

/** Text that Compose is to replace itself; in all other text a dollar is a dollar. */
const raw = (text: string) => ({ raw: text }) as const;
type Value =
  | string
  | number
  | boolean
  | null
  | Raw
  | readonly Value[]
  | { readonly [key: string]: Value | undefined };
type Raw = ReturnType<typeof raw>;
type Entry = Record<string, Value | undefined>;

/** `dev`: the source mounted, reloading. `release`: the very images that are shipped, for a rehearsal. */
export type Target = "dev" | "release";

/** Where the Dockerfile of an image is generated. */
export function dockerfilePath(profile: Profile, image: Image): string {
  const [first] = Object.keys(profile.images);
  return `.sistership/${image.name === first ? "" : `${image.name}.`}Dockerfile`;
}

/** The service in which terminals, tests and editors live: it runs however the application fares. */
export function workspaceService(profile: Profile): string {
  return freeName(profile, "workspace");
}

/** The folder of the repository inside the workspace service. */
export function workspaceFolder(profile: Profile): string {
  return Object.values(profile.images).every(({ context }) => context === ".") ? appFolder : "/workspace";
}

export function compose(profile: Profile, target: Target = "dev", lock: Lock = {}): string {
  const services: Record<string, Entry> = {};
  const taken = new Map<number, string>();
  if (target === "dev") {
    for (const [name, image] of setups(profile)) services[name] = setup(profile, image);
    services[workspaceService(profile)] = workspace(profile);
  }
  for (const process of Object.values(profile.processes)) {
    const image = profile.images[process.image];
    if (image === undefined) continue;
    services[process.name] = application(profile, process, image, target, taken);
  }
  Object.assign(services, tasks(profile, target));
  for (const service of Object.values(profile.services)) services[service.name] = serviceEntry(service, lock);

  const volumes = volumeNames(services);
  const document = new Document(
    plain({
      name: target === "dev" ? profile.name : `${profile.name}-release`,
      services,
      ...(volumes.length > 0 ? { volumes: Object.fromEntries(volumes.map((name) => [name, {}])) } : {}),
      secrets: { authorities: { environment: "SISTERSHIP_AUTHORITIES" } },
    }),
    { aliasDuplicateObjects: false },
  );
  comment(document, [], {
    name: notes.name,
    services: notes.services,
    volumes: notes.volumes,
    secrets: notes.secrets,
  });
  if (target === "dev") {
    comment(document, ["services"], {
      ...Object.fromEntries([...setups(profile).keys()].map((name) => [name, notes.setup])),
      [workspaceService(profile)]: notes.workspace,
    });
  }
  return document.toString({ lineWidth: 0 });
}

const notes = {
  name: "Containers, networks and volumes carry this name: other tools find the same stack by it.",
  services:
    "Each process of the application, and each service beside it. Names are host names: the application reaches db at db.",
  volumes: 'Data that outlives the containers. "docker compose down --volumes" deletes it.',
  secrets: "Further certificate authorities (PEM), for building behind a company's proxy. Empty is fine.",
  setup: "Installs the dependencies into the source or its volumes, when they have changed. Then it ends.",
  workspace: "Terminals, tests and editors live here. It keeps running when the application does not.",
} as const;

/** One for each folder and way of installing, so that two never write to the same place. */
export function setups(profile: Profile): Map<string, Image> {
  const found = new Map<string, Image>();
  const seen = new Set<string>();
  for (const image of Object.values(profile.images)) {
    const stack = stackOf(profile, image.name);
    if (stack === undefined || stack.devInstall.length === 0) continue;
    const key = JSON.stringify([image.context, stack.devInstall]);
    if (seen.has(key)) continue;
    seen.add(key);
    found.set(freeName(profile, found.size === 0 ? "setup" : `setup-${image.name}`), image);
  }
  return found;
}

function setup(profile: Profile, image: Image): Entry {
  return {
    ...built(profile, image, "dev"),
    command: ["sistership-setup"],
    environment: { SISTERSHIP_AUTHORITIES: null },
    volumes: mounts(profile, image),
    restart: "no",
  };
}

function workspace(profile: Profile): Entry {
  const main = profile.processes[profile.main];
  const image = main && profile.images[main.image];
  if (main === undefined || image === undefined) return {};
  const folder = workspaceFolder(profile);
  const own = stackOf(profile, image.name) === undefined;
  return {
    ...built(profile, image, "dev"),
    command: ["sleep", "infinity"],
    ...(own ? { entrypoint: [] } : {}),
    init: true,
    working_dir: folder,
    environment: { ...developmentVariables(profile, main), SISTERSHIP_AUTHORITIES: null },
    ...environmentFile(profile),
    volumes: [
      ...mounts(profile, image),
      ...(folder === appFolder ? [] : [`..:${folder}`]),
      // of a Git worktree, the repository lies elsewhere: there it must be found inside too
      {
        type: "bind",
        source: raw(`\${SISTERSHIP_GIT:-.}`),
        target: raw(`\${SISTERSHIP_GIT:-/run/sistership}`),
      },
    ],
    // "devcontainer exec" finds a container by this label alone, not by the project as "devcontainer up" does
    labels: { "devcontainer.local_folder": raw(`\${SISTERSHIP_FOLDER:-}`) },
    depends_on: dependsOn(profile, "dev"),
  };
}

function application(
  profile: Profile,
  process: Process,
  image: Image,
  target: Target,
  taken: Map<number, string>,
): Entry {
  const stack = stackOf(profile, image.name);
  const command =
    target === "dev" ? developmentCommand(profile, process, image) : releaseCommand(process, image);
  const named = Object.entries(process.volumes).map(([name, path]) => `${name}:${path}`);
  return {
    ...built(profile, image, target),
    ...(process.schedule === undefined ? {} : { profiles: ["schedule"] }),
    ...(command === undefined ? {} : { command }),
    init: true,
    ...(stack && process.dir !== "." ? { working_dir: `${appFolder}/${process.dir}` } : {}),
    environment: developmentVariables(profile, process),
    ...environmentFile(profile),
    ...(process.port === undefined ? {} : { ports: [published(process.name, process.port, taken)] }),
    volumes: [...(target === "dev" ? mounts(profile, image) : []), ...named],
    depends_on: dependsOn(profile, target),
    ...health(process, stack, target),
    stop_grace_period: `${process.stopGraceMs / 1000}s`,
    ...(target === "dev" && stack?.dev?.capabilities ? { cap_add: stack.dev.capabilities } : {}),
    ...(target === "release" ? limits(process) : {}),
    ...(process.schedule === undefined ? { restart: "unless-stopped" } : {}),
  };
}

/** What a process may take of a server, it may take here when it is rehearsed. */
function limits({ memoryBytes, cpus }: Process): Entry {
  return {
    ...(memoryBytes === undefined ? {} : { mem_limit: memoryBytes }),
    ...(cpus === undefined ? {} : { cpus }),
  };
}

function developmentCommand(profile: Profile, process: Process, image: Image): string[] | undefined {
  const said = profile.dev.run[process.name];
  if (said !== undefined) return execForm(said);
  return releaseCommand(process, image);
}

function releaseCommand(process: Process, image: Image): string[] | undefined {
  return process.run === undefined && !serves(image, process) ? undefined : processCommand(image, process);
}

/** Things that are done once and by name: `docker compose run --rm seed`. */
function tasks(profile: Profile, target: Target): Record<string, Entry> {
  const wanted: [string, string, string][] = [];
  if (profile.release) wanted.push(["release", profile.release.run, profile.release.process]);
  if (target === "dev") {
    for (const [process, run] of Object.entries(profile.dev.seed))
      wanted.push([process === profile.main ? "seed" : `seed-${process}`, run, process]);
    for (const [process, run] of Object.entries(profile.dev.test))
      wanted.push([process === profile.main ? "test" : `test-${process}`, run, process]);
  }
  return Object.fromEntries(
    wanted.flatMap(([name, run, of]) => {
      const process = profile.processes[of];
      const image = process && profile.images[process.image];
      if (process === undefined || image === undefined) return [];
      const {
        ports: _ports,
        restart: _restart,
        healthcheck: _health,
        cap_add: _capabilities,
        ...rest
      } = application(profile, process, image, target, new Map());
      return [[freeName(profile, name), { ...rest, profiles: ["tasks"], command: execForm(run) }]];
    }),
  );
}

function built(profile: Profile, image: Image, target: Target): Entry {
  const own = image.dockerfile;
  const stage = own ? own.target : target;
  return {
    image: `sistership-${profile.name}-${image.name}:${target}`,
    build: {
      context: image.context === "." ? ".." : `../${image.context}`,
      dockerfile: posix.relative(image.context, own ? own.path : dockerfilePath(profile, image)),
      ...(stage === undefined ? {} : { target: stage }),
      ...(target === "dev" && !own
        ? { args: { UID: raw(`\${SISTERSHIP_UID:-1000}`), GID: raw(`\${SISTERSHIP_GID:-1000}`) } }
        : {}),
      ...(own && Object.keys(image.env).length > 0 ? { args: image.env } : {}),
      ...(target === "release" ? { labels: releaseLabels } : {}),
      secrets: ["authorities"],
    },
  };
}

/** What an image that is released says of itself. Whoever builds it knows; it changes no layer. */
const releaseLabels = {
  "org.opencontainers.image.revision": raw(`\${SISTERSHIP_REVISION:-}`),
  "sistership.dirty": raw(`\${SISTERSHIP_DIRTY:-}`),
  "sistership.profile": raw(`\${SISTERSHIP_PROFILE:-}`),
  "sistership.builder": raw(`\${SISTERSHIP_BUILDER:-}`),
};

/** The source, a place for caches, and the folders in which dependencies lie. */
function mounts(profile: Profile, image: Image): Value[] {
  const stack = stackOf(profile, image.name);
  if (stack === undefined) return [];
  const source = image.context === "." ? ".." : `../${image.context}`;
  return [
    { type: "bind", source, target: appFolder },
    `${image.name}-cache:/cache`,
    ...(stack.folders ?? []).map((folder) => `${image.name}-${folder.split("/").at(-1)}:${folder}`),
  ];
}

/** Loopback only. The port is the process's own unless a variable says another: none is free on every machine. */
function published(name: string, port: number, taken: Map<number, string>): Raw {
  const usual = taken.has(port) ? "" : String(port);
  taken.set(port, name);
  return raw(`127.0.0.1:\${${portVariable(name)}:-${usual}}:${port}`);
}

/** The variable that says at which port of this machine a process or service is reached. */
export function portVariable(name: string): string {
  return `SISTERSHIP_PORT_${name.toUpperCase().replaceAll("-", "_")}`;
}

function dependsOn(profile: Profile, target: Target): Entry {
  const entries: [string, Entry][] = Object.values(profile.services).map((service) => [
    service.name,
    { condition: developmentService(service).ready ? "service_healthy" : "service_started" },
  ]);
  if (target === "dev")
    for (const name of setups(profile).keys())
      entries.unshift([name, { condition: "service_completed_successfully" }]);
  return Object.fromEntries(entries);
}

/** Values that the profile does not hold: from a file that is in no repository. */
function environmentFile(profile: Profile): Entry {
  if (askedFor(profile).length === 0) return {};
  return { env_file: [{ path: raw(`\${SISTERSHIP_ENV_FILE:-../.env}`), required: false }] };
}

function health({ health, port }: Process, stack: Stack | undefined, target: Target): Entry {
  if (health === undefined) {
    // the image's own check asks the main process's port, which this one has not: it is well as long as it runs
    return stack && target === "release" ? { healthcheck: { test: ["CMD-SHELL", "kill -0 1"] } } : {};
  }
  // of another's image nothing is known that could be asked with, except what the profile says
  if (stack === undefined && health.check.kind !== "command") return {};
  const times = {
    interval: "2s",
    timeout: `${health.timeoutMs / 1000}s`,
    start_period: `${health.startMs / 1000}s`,
  };
  return {
    healthcheck: {
      test: ["CMD", ...probeCommand(health, port)],
      ...times,
      retries: Math.max(3, Math.ceil(health.startMs / 10_000)),
    },
  };
}

function serviceEntry(service: Service, lock: Lock): Entry {
  const { env, ready, run } = developmentService(service);
  const own = Object.fromEntries(
    Object.entries(service.env).flatMap(([name, variable]) =>
      variable.kind === "value" ? [[name, variable.value]] : [],
    ),
  );
  const command = service.run === undefined ? run : execForm(service.run);
  const environment = { ...env, ...own };
  return {
    image: pinned(service.image, lock),
    ...(command ? { command } : {}),
    ...(Object.keys(environment).length > 0 ? { environment } : {}),
    ...(service.port > 0
      ? { ports: [raw(`127.0.0.1:\${${portVariable(service.name)}:-}:${service.port}`)] }
      : {}),
    ...(service.volume === undefined ? {} : { volumes: [`${service.name}-data:${service.volume}`] }),
    ...(ready
      ? {
          healthcheck: {
            test: ["CMD", ...ready],
            interval: "2s",
            timeout: "5s",
            start_period: "60s",
            retries: 30,
          },
        }
      : {}),
    restart: "unless-stopped",
  };
}

function volumeNames(services: Readonly<Record<string, Entry>>): string[] {
  const all = Object.values(services).flatMap(({ volumes }) => (Array.isArray(volumes) ? volumes : []));
  const names = all.flatMap((one: Value) => {
    const name = typeof one === "string" ? one.slice(0, one.indexOf(":")) : "";
    return name === "" || name.startsWith(".") ? [] : [name];
  });
  return [...new Set(names)].sort();
}

/** A name that no process and no service has. */
export function freeName(profile: Profile, wanted: string): string {
  const taken = (name: string) =>
    Object.hasOwn(profile.processes, name) || Object.hasOwn(profile.services, name);
  return taken(wanted) ? `sistership-${wanted}` : wanted;
}

/** Compose replaces variables in all text: a dollar that is meant is written twice. */
function plain(value: Value | undefined): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if ("raw" in value && typeof value.raw === "string") return value.raw;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, plain(one)]])),
  );
}

function comment(document: Document, path: readonly string[], texts: Readonly<Record<string, string>>): void {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(node)) return;
  for (const { key } of node.items as Pair[]) {
    const text = isScalar(key) ? texts[String(key.value)] : undefined;
    if (isScalar(key) && text !== undefined) key.commentBefore = ` ${text}`;
  }
}
