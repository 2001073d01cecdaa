import { posix } from "node:path";
import { slugOf } from "../explain.ts";
import type { BuildFile, ProcessFile, ProfileFile } from "../schema.ts";
import type { FoundEnv } from "./env.ts";
import type { Evidence, Question } from "./evidence.ts";
import type { Facts, FoundProcess } from "./facts.ts";
import type { Scope } from "./scope.ts";
import type { FoundServices } from "./services.ts";

export interface Application {
  scope: Scope;
  facts: Facts;
  /** The repository's own Dockerfile, from the root. */
  dockerfile?: string;
  /** Libraries of the repository that it is built with. */
  libraries: { scope: Scope; facts: Facts }[];
  /** Where it is built from: the root for members of a workspace. */
  context: string;
}

/** One application's place in the profile. */
export interface Placed {
  name: string;
  dir: string;
  language: string;
  manager?: string;
  framework?: string;
  processes: string[];
}

interface Assembled {
  profile: ProfileFile;
  evidence: Evidence[];
  questions: Question[];
  apps: Placed[];
}

/** The first application is the profile's own; each further one brings processes with an image of their own. */
export function assemble(
  name: string,
  apps: readonly Application[],
  services: FoundServices,
  env: FoundEnv,
): Assembled {
  const [main] = apps;
  if (main === undefined) throw new RangeError("an empty list of applications has no profile");
  const several = apps.length > 1;
  const processes: Record<string, ProcessFile> = {};
  const evidence: Evidence[] = [];
  const questions: Question[] = [];
  const placed: Placed[] = [];
  let release: ProfileFile["release"];
  const dev: { run: Record<string, string>; seed: Record<string, string>; test: Record<string, string> } = {
    run: {},
    seed: {},
    test: {},
  };
  for (const app of apps) {
    const own = app === main;
    const names = nameProcesses(app, several, processes);
    const first = [...names.values()][0] ?? "web";
    for (const [key, found] of app.facts.processes) {
      const given = names.get(key) ?? key;
      const inherits = given === first ? {} : own ? {} : { image: first };
      processes[given] = {
        ...processOf(found),
        ...((found.dir ?? app.scope.dir) === "" ? {} : { dir: found.dir ?? app.scope.dir }),
        ...inherits,
        ...(own || given !== first ? {} : imageOf(app, env, false)),
        ...envOf(app.facts, found),
      };
    }
    if (app.facts.release !== undefined)
      release ??=
        own && first === mainOf(processes) ? app.facts.release : { run: app.facts.release, process: first };
    for (const key of ["run", "seed", "test"] as const) {
      const command = app.facts.dev[key];
      if (command !== undefined) dev[key][first] = command;
    }
    const moved = mover(own, first, names, several);
    evidence.push(...app.facts.evidence.map((one) => ({ ...one, path: moved(one.path) })));
    questions.push(...app.facts.questions.map((one) => ({ ...one, path: moved(one.path) })));
    placed.push({
      name: first,
      dir: app.scope.dir || ".",
      language: app.facts.language,
      ...(app.facts.manager === undefined ? {} : { manager: app.facts.manager }),
      ...(app.facts.framework === undefined ? {} : { framework: app.facts.framework }),
      processes: [...names.values()],
    });
  }
  const renamed = renameServices(services, processes);
  const profile: ProfileFile = {
    name: slugOf(name) || "app",
    ...imageOf(main, env, true),
    processes,
    ...(release === undefined ? {} : { release }),
    ...(renamed.services.length === 0
      ? {}
      : {
          services: Object.fromEntries(
            renamed.services.map((one) => [one.name, `${one.kind}@${one.version}`]),
          ),
        }),
    ...(Object.keys(env.env).length === 0 ? {} : { env: env.env }),
    ...devOf(dev, mainOf(processes)),
  };
  return {
    profile,
    evidence: [...evidence, ...renamed.evidence, ...env.evidence].filter((one) => stands(profile, one)),
    questions: [...questions, ...renamed.questions],
    apps: placed,
  };
}

function mainOf(processes: Readonly<Record<string, ProcessFile>>): string {
  return (
    (Object.entries(processes).find(([, { port }]) => port !== undefined) ??
      Object.entries(processes)[0])?.[0] ?? "web"
  );
}

/** Alone, `web` and `worker`; among others, the name of the folder. */
function nameProcesses(
  app: Application,
  several: boolean,
  taken: Readonly<Record<string, ProcessFile>>,
): Map<string, string> {
  const names = new Map<string, string>();
  const used = (name: string) => Object.hasOwn(taken, name) || [...names.values()].includes(name);
  const folder = slugOf(posix.basename(app.scope.dir));
  for (const [index, key] of [...app.facts.processes.keys()].entries()) {
    const plain =
      !several || app.scope.dir === ""
        ? key
        : index === 0 && (key === "web" || app.facts.processes.size === 1)
          ? folder || key
          : key;
    const candidates = [
      plain,
      folder === "" ? (app.facts.framework ?? app.facts.language) : `${folder}-${key}`,
      slugOf(app.scope.dir),
      `${slugOf(app.scope.dir)}-${key}`.slice(-30),
    ];
    const free = candidates.find(
      (name) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= 30 && !used(name),
    );
    let number = 2;
    while (free === undefined && used(`${key}-${number}`)) number += 1;
    names.set(key, free ?? `${key}-${number}`);
  }
  return names;
}

function processOf(found: FoundProcess): ProcessFile {
  const { env: _, dir: __, volumes, ...rest } = found;
  return { ...rest, ...(volumes === undefined ? {} : { volumes }) };
}

function envOf(facts: Facts, found: FoundProcess): { env?: ProcessFile["env"] } {
  // Secrets are everybody's, and stand at the top.
  const plain = Object.entries(facts.env).filter(([, value]) => typeof value === "string");
  const env = { ...(found.port === undefined ? {} : Object.fromEntries(plain)), ...found.env };
  if (found.port !== undefined && env.PORT !== undefined) env.PORT = String(found.port);
  return Object.keys(env).length === 0 ? {} : { env };
}

function imageOf(
  { scope, facts, dockerfile, context }: Application,
  env: FoundEnv,
  own: boolean,
): Pick<ProfileFile, "runtime" | "framework" | "build"> {
  const versioned =
    facts.version === undefined || facts.version === ""
      ? facts.language
      : `${facts.language}@${facts.version}`;
  const list = (values: readonly string[]) =>
    values.length === 0 ? undefined : values.length === 1 ? values[0] : [...values];
  const front = Object.fromEntries(
    Object.entries(env.buildEnv).filter(() => facts.language === "node" || facts.tools.length > 0),
  );
  const buildEnv = { ...front, ...facts.buildEnv };
  const steps: BuildFile =
    dockerfile === undefined
      ? {
          ...defined("install", list(facts.install)),
          ...defined("run", list(facts.build)),
          ...defined("packages", some(facts.packages)),
          ...defined("buildPackages", some(facts.buildPackages)),
          ...defined("extensions", some(facts.extensions)),
          ...defined("tools", some(facts.tools)),
          ...defined("env", Object.keys(buildEnv).length === 0 ? undefined : buildEnv),
        }
      : { dockerfile };
  // The profile's own build is from the root, a process's own from its dir, unless said otherwise.
  const usual = own ? "" : scope.dir;
  const build: BuildFile = { ...steps, ...(context === usual ? {} : { context: context || "." }) };
  return {
    runtime: versioned,
    ...defined("framework", facts.framework),
    ...defined("build", Object.keys(build).length === 0 ? undefined : build),
  };
}

function some(values: readonly string[]): string[] | undefined {
  return values.length === 0 ? undefined : [...values];
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function devOf(
  dev: Record<"run" | "seed" | "test", Record<string, string>>,
  main: string,
): { dev?: NonNullable<ProfileFile["dev"]> } {
  const short = (commands: Record<string, string>) => {
    const names = Object.keys(commands);
    if (names.length === 0) return undefined;
    return names.length === 1 && names[0] === main ? commands[main] : commands;
  };
  const said = {
    ...defined("run", short(dev.run)),
    ...defined("seed", short(dev.seed)),
    ...defined("test", short(dev.test)),
  };
  return Object.keys(said).length === 0 ? {} : { dev: said };
}

/** Where evidence about one application stands in the profile of all. */
function mover(
  own: boolean,
  first: string,
  names: ReadonlyMap<string, string>,
  several: boolean,
): (path: string) => string {
  return (path) => {
    const [head = "", key = "", ...rest] = path.split(".");
    if (head === "processes") return [head, names.get(key) ?? key, ...rest].join(".");
    if (head === "dev") return several ? `${path}.${first}` : path;
    return own || head === "release" || head === "env" || head === "services"
      ? path
      : `processes.${first}.${path}`;
  };
}

/** A process and a service cannot share a name. */
function renameServices(
  found: FoundServices,
  processes: Readonly<Record<string, ProcessFile>>,
): FoundServices {
  const clash = (name: string) => (Object.hasOwn(processes, name) ? `${name}-service` : name);
  return {
    services: found.services.map((one) => ({ ...one, name: clash(one.name) })),
    evidence: found.evidence.map((one) => ({
      ...one,
      path: one.path.replace(/^services\.(.+)$/, (_, name: string) => `services.${clash(name)}`),
    })),
    questions: found.questions,
  };
}

/** Evidence for what was decided against later says nothing about this profile. */
function stands(profile: ProfileFile, { path, value }: Evidence): boolean {
  let here: unknown = profile;
  for (const step of path.split(".")) {
    if (typeof here !== "object" || here === null) return typeof here === "string" && path.startsWith("dev.");
    here = Object.entries(here).find(([key]) => key === step)?.[1];
  }
  if (here === undefined) return false;
  if (path.startsWith("env.") || typeof here === "object")
    return !Array.isArray(here) || here.includes(value);
  return String(here) === value;
}
