import type Docker from "dockerode";
import type { Profile } from "../profile/index.ts";
import { canonical, contentHash } from "./canonical.ts";
import type { Draft, Source } from "./record.ts";
import { readRoutes } from "./routes.ts";
import { stopFirst } from "./spec/process.ts";
import { cronOf } from "./timers/scheduled.ts";

/** One thing that will be otherwise. `before` is absent where it is new, `after` where it goes. */
export interface Change {
  what:
    | "image"
    | "process"
    | "replicas"
    | "variable"
    | "settings"
    | "domain"
    | "service"
    | "server"
    | "command";
  /** Whose: a process, a variable of it, a service, a server, a domain. */
  about: string;
  before?: string;
  after?: string;
}

/** What would change, before anything does. */
export interface Plan {
  app: string;
  stage: string;
  /** The release that it would become. */
  number: number;
  /** The release that runs; absent at the first. */
  from?: number;
  changes: Change[];
  /** What one should know before pressing, each in a sentence. */
  risks: string[];
}

/** The difference between the release that runs and the one that is wanted. An empty list of changes is "nothing to do". */
export function planOf(before: Draft | undefined, wanted: Draft, profile: Profile): Plan {
  const changes = [
    ...compare("image", digests(before), digests(wanted)),
    ...compare("process", commands(before), commands(wanted)),
    ...compare("replicas", replicas(before), replicas(wanted)),
    ...compare("variable", variables(before), variables(wanted)),
    ...settings(before, wanted),
    ...compare("domain", domains(before), domains(wanted)),
    ...compare("service", before?.services ?? {}, wanted.services),
    ...compare("server", named(before?.servers), named(wanted.servers)),
    ...compare("command", command(before), command(wanted)),
  ];
  return {
    app: wanted.app,
    stage: wanted.stage,
    number: wanted.number,
    ...(before === undefined ? {} : { from: before.number }),
    changes,
    risks: changes.length === 0 ? [] : risks(before, wanted, profile, changes),
  };
}

function risks(
  before: Draft | undefined,
  wanted: Draft,
  profile: Profile,
  changes: readonly Change[],
): string[] {
  const processes = Object.values(profile.processes);
  const went = changes.filter(({ after }) => after === undefined);
  return [
    ...(before === undefined
      ? ["This is the first release: nothing runs there yet, so there is nothing to go back to."]
      : []),
    ...(wanted.release
      ? [`"${wanted.release.run}" runs before traffic moves, and going back does not undo what it did.`]
      : []),
    ...processes.flatMap((process) => stopFirst(process) ?? []),
    ...processes
      .filter(({ name, port }) => port !== undefined && !isGated(wanted.processes[name]))
      .map(
        ({ name }) =>
          `${name} says in no way when it is well: it is taken for well as soon as it runs. Give it "health" in sistership.yaml.`,
      ),
    ...went
      .filter(({ what }) => what === "process")
      .map(({ about }) => `${about} is no longer in sistership.yaml: it is stopped. Volumes stay.`),
    ...went
      .filter(({ what }) => what === "service")
      .map(
        ({ about }) =>
          `${about} is no longer in sistership.yaml: it goes on running, for no deploy removes data.`,
      ),
    ...changes
      .filter(
        ({ what, before: was, after }) => what === "service" && was !== undefined && after !== undefined,
      )
      .map(
        ({ about, before: was }) =>
          `${about} goes on as ${was}: no deploy changes a service that holds data. Move its data to the new version first.`,
      ),
    ...dirt(wanted.source),
  ];
}

function dirt({ commit, dirty }: Source): string[] {
  if (commit === undefined)
    return ["This folder is in no Git repository: the release cannot say what it was made from."];
  return dirty
    ? [
        `Files differ from commit ${commit.slice(0, 7)}: what is released is what lies here, and is recorded so.`,
      ]
    : [];
}

function isGated(spec: Docker.ServiceSpec | undefined): boolean {
  const test = containerOf(spec).HealthCheck?.Test ?? ["NONE"];
  return test[0] !== "NONE";
}

function compare(
  what: Change["what"],
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((about) => before[about] !== after[about])
    .map((about) => ({
      what,
      about,
      ...(before[about] === undefined ? {} : { before: before[about] }),
      ...(after[about] === undefined ? {} : { after: after[about] }),
    }));
}

const short = (digest: string) => digest.replace(/^sha256:/, "").slice(0, 12);

function digests(of: Draft | undefined): Record<string, string> {
  return mapped(of?.images, ({ digest }) => short(digest));
}

function commands(of: Draft | undefined): Record<string, string> {
  return mapped(of?.processes, (spec) => {
    const { Command = [], Args = [] } = containerOf(spec);
    const words = [...Command, ...Args];
    return words.slice(words.indexOf("--") + 1).join(" ");
  });
}

function replicas(of: Draft | undefined): Record<string, string> {
  return mapped(of?.processes, ({ Mode }) => String(Mode?.Replicated?.Replicas ?? 1));
}

/** Values of what is secret stand nowhere: of those, the name under which Swarm keeps them says that they changed. */
function variables(of: Draft | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of?.processes ?? {}).flatMap(([process, spec]) => {
      const { Env = [], Secrets = [] } = containerOf(spec);
      return [
        ...Env.map((line) => [
          `${process}: ${line.slice(0, line.indexOf("="))}`,
          line.slice(line.indexOf("=") + 1),
        ]),
        ...Secrets.map(({ File, SecretName }) => [
          `${process}: ${File?.Name ?? ""}`,
          `secret, version ${/-(\d+)$/.exec(SecretName ?? "")?.[1] ?? "1"}`,
        ]),
      ];
    }),
  );
}

/** `shop.example/api` → which process answers there, and how. */
function domains(of: Draft | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of?.processes ?? {}).flatMap(([process, spec]) =>
      readRoutes(spec.Labels).flatMap(({ hosts, path, upstream, auth, ...how }) =>
        hosts.map((host) => [
          `${host}${path === "/" ? "" : path}`,
          `${process}:${upstream.port}, ${Object.entries(how)
            .map(([name, value]) => `${name} ${value}`)
            .concat(auth === undefined ? [] : `asks for ${auth.user}'s password ${mark(auth.hash)}`)
            .join(", ")}`,
        ]),
      ),
    ),
  );
}

/** Tells one password from the next, and nothing of either. */
const mark = (hash: string) => (hash === "" ? "" : `#${contentHash(hash).slice(-6)}`);

function command(of: Draft | undefined): Record<string, string> {
  return of?.release ? { release: of.release.run } : {};
}

function named(names: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

/** What else Swarm is told: health, limits, volumes, time to stop. */
function settings(before: Draft | undefined, wanted: Draft): Change[] {
  return Object.entries(wanted.processes).flatMap(([name, spec]) => {
    const old = before?.processes[name];
    if (old === undefined) return [];
    const [was, is] = [rest(old), rest(spec)];
    const differ = Object.keys({ ...was, ...is }).filter((key) => canonical(was[key]) !== canonical(is[key]));
    return differ.length === 0 ? [] : [{ what: "settings" as const, about: name, after: differ.join(", ") }];
  });
}

/** Parts of a service that no other comparison looks at, by the names people know. */
function rest(spec: Docker.ServiceSpec): Record<string, unknown> {
  const { Resources, Placement, Networks, RestartPolicy } = templateOf(spec);
  const {
    HealthCheck,
    Mounts,
    StopGracePeriod,
    Dir,
    Init,
    Command = [],
    Args = [],
    Configs,
  } = containerOf(spec);
  const words = [...Command, ...Args];
  return {
    health: HealthCheck,
    limits: Resources,
    volumes: Mounts,
    schedule: cronOf(spec),
    "time to stop": [StopGracePeriod, words.slice(0, words.indexOf("--") + 1)],
    folder: Dir,
    placement: [Placement, Networks],
    "how it is updated": [spec.UpdateConfig, spec.RollbackConfig, RestartPolicy, spec.EndpointSpec],
    "the step before it": [Init, Configs?.map(({ ConfigName }) => ConfigName)],
  };
}

function templateOf(spec: Docker.ServiceSpec | undefined): Docker.ContainerTaskSpec {
  const template = spec?.TaskTemplate;
  return template !== undefined && "ContainerSpec" in template ? template : {};
}

export function containerOf(spec: Docker.ServiceSpec | undefined): Docker.ContainerSpec {
  return templateOf(spec).ContainerSpec ?? {};
}

function mapped<V>(
  of: Readonly<Record<string, V>> | undefined,
  change: (value: V) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of ?? {}).flatMap(([key, value]) => {
      const to = change(value);
      return to === undefined ? [] : [[key, to]];
    }),
  );
}
