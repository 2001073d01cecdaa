import { posix } from "node:path";
import { type ConnectionPart, connectionParts, isServiceKind, type Language, serviceKind } from "./kinds.ts";
import { byteCount, milliseconds } from "./names.ts";
import type { Health, Image, Process, Profile, Route, Runtime, Service, Stage, Variable } from "./profile.ts";
import type { BuildFile, ProcessFile, ProfileFile, ServiceFile, StageFile, VariableFile } from "./schema.ts";

/** The file as written → the profile that everything else works on. */
export function resolve(file: ProfileFile): Profile {
  const entries = Object.entries(file.processes);
  const main = mainProcess(file);
  const { images, imageOf } = resolveImages(file);
  const processes = mapRecord(file.processes, (process, name) =>
    resolveProcess(name, process, imageOf, images),
  );
  return {
    version: 1,
    name: file.name,
    ...optional("client", file.client),
    images,
    processes,
    main,
    ...optional("release", resolveRelease(file, main)),
    services: mapRecord(file.services ?? {}, (service, name) => resolveService(name, service)),
    env: variables(file.env),
    dev: {
      run: perProcess(file.dev?.run, main),
      seed: perProcess(file.dev?.seed, main),
      test: perProcess(file.dev?.test, main),
    },
    stages: mapRecord(file.stages ?? {}, (stage, name) => resolveStage(name, stage, main, entries)),
  };
}

/** The first process with a port; else the first. */
export function mainProcess(file: Pick<ProfileFile, "processes">): string {
  const entries = Object.entries(file.processes);
  const [name] = entries.find(([, process]) => process.port !== undefined) ?? entries[0] ?? [];
  return name ?? "web";
}

/** A process has an image of its own when it says how to build one. */
export function hasOwnImage(process: ProcessFile): boolean {
  return process.runtime !== undefined || process.build !== undefined;
}

export function parseRuntime(text: string): Runtime {
  const at = text.indexOf("@");
  if (at === -1) return { language: text as Language };
  return { language: text.slice(0, at) as Language, version: text.slice(at + 1) };
}

function resolveImages(file: ProfileFile) {
  const images: Record<string, Image> = {};
  const imageOf: Record<string, string> = {};
  let shared: string | undefined;
  for (const [name, process] of Object.entries(file.processes)) {
    if (process.image !== undefined) continue;
    if (hasOwnImage(process)) {
      imageOf[name] = name;
      images[name] = resolveImage(name, process, process.build?.context ?? process.dir ?? ".");
    } else {
      shared ??= name;
      imageOf[name] = shared;
      images[shared] ??= resolveImage(shared, file, file.build?.context ?? ".");
    }
  }
  for (const [name, process] of Object.entries(file.processes)) {
    if (process.image !== undefined) imageOf[name] = imageOf[process.image] ?? process.image;
  }
  return { images, imageOf };
}

function resolveImage(
  name: string,
  from: { runtime?: string | undefined; framework?: string | undefined; build?: BuildFile | undefined },
  context: string,
): Image {
  const build = from.build ?? {};
  return {
    name,
    ...optional("runtime", from.runtime === undefined ? undefined : parseRuntime(from.runtime)),
    ...optional("framework", from.framework),
    context: tidy(context),
    install: list(build.install),
    run: list(build.run),
    packages: build.packages ?? [],
    buildPackages: build.buildPackages ?? [],
    extensions: build.extensions ?? [],
    tools: (build.tools ?? []).map(parseRuntime),
    env: mapRecord(build.env ?? {}, String),
    ...optional(
      "dockerfile",
      build.dockerfile === undefined
        ? undefined
        : { path: tidy(build.dockerfile), ...optional("target", build.target) },
    ),
  };
}

function resolveProcess(
  name: string,
  process: ProcessFile,
  imageOf: Record<string, string>,
  images: Record<string, Image>,
): Process {
  const image = imageOf[name] ?? name;
  return {
    name,
    image,
    dir:
      posix.relative(images[image]?.context ?? ".", tidy(process.dir ?? images[image]?.context ?? ".")) ||
      ".",
    ...optional("run", process.run),
    ...optional(
      "serve",
      process.serve === undefined
        ? undefined
        : { folder: tidy(process.serve), ...optional("fallback", process.fallback) },
    ),
    ...optional("port", process.port),
    ...optional("health", resolveHealth(process)),
    ...optional("schedule", process.schedule),
    replicas: process.replicas ?? 1,
    stopGraceMs: milliseconds(process.stopGrace ?? "30s"),
    ...optional("memoryBytes", process.memory === undefined ? undefined : byteCount(process.memory)),
    ...optional("cpus", process.cpus),
    volumes: process.volumes ?? {},
    env: variables(process.env),
  };
}

function resolveHealth({ health, port }: ProcessFile): Health | undefined {
  const said = typeof health === "string" ? { path: health } : (health ?? {});
  const times = {
    startMs: milliseconds(said.start ?? "60s"),
    intervalMs: milliseconds(said.interval ?? "10s"),
    timeoutMs: milliseconds(said.timeout ?? "5s"),
  };
  if (said.run !== undefined) return { check: { kind: "command", run: said.run }, ...times };
  if (said.path !== undefined) return { check: { kind: "http", path: said.path }, ...times };
  return port === undefined ? undefined : { check: { kind: "port" }, ...times };
}

function resolveRelease(file: ProfileFile, main: string): Profile["release"] {
  if (file.release === undefined) return undefined;
  if (typeof file.release === "string") return { run: file.release, process: main };
  return { run: file.release.run, process: file.release.process ?? main };
}

function resolveService(name: string, written: ServiceFile): Service {
  const said = typeof written === "string" ? parseService(written) : written;
  const kind = said.kind === undefined ? undefined : serviceKind(said.kind);
  const volume = said.volume ?? kind?.data;
  return {
    name,
    ...optional("kind", said.kind),
    image: said.image ?? `${kind?.image ?? name}:${said.version ?? kind?.version ?? "latest"}`,
    port: said.port ?? kind?.port ?? 0,
    ...optional("volume", volume),
    env: variables(said.env),
    ...optional("run", said.run),
  };
}

function parseService(text: string): Exclude<ServiceFile, string> {
  const [kind = "", ...version] = text.split("@");
  if (!isServiceKind(kind)) return { image: text };
  return version.length === 0 ? { kind } : { kind, version: version.join("@") };
}

function resolveStage(
  name: string,
  stage: StageFile,
  main: string,
  processes: [string, ProcessFile][],
): Stage {
  return {
    name,
    servers: stage.servers,
    routes: routes(stage.domain, main),
    replicas: Object.fromEntries(
      processes.map(([process, said]) => [process, replicas(stage.replicas, process, said)]),
    ),
    ...optional("region", stage.region),
    env: variables(stage.env),
    watchMs: milliseconds(stage.watch ?? "30s"),
    keep: stage.keep ?? 5,
    build: stage.build ?? "here",
    tls: stage.tls ?? "auto",
    www: stage.www ?? false,
    ...optional("maxBodyBytes", stage.maxBody === undefined ? undefined : byteCount(stage.maxBody)),
    ...optional("timeoutMs", stage.timeout === undefined ? undefined : milliseconds(stage.timeout)),
    ...optional("auth", stage.auth),
    ...optional("email", stage.email),
    ...optional("maintenance", stage.maintenance),
  };
}

function replicas(said: StageFile["replicas"], name: string, process: ProcessFile): number {
  const usual = process.replicas ?? 1;
  if (typeof said === "number") return process.port === undefined ? usual : said;
  return said?.[name] ?? usual;
}

function routes(domain: StageFile["domain"], main: string): Route[] {
  if (domain === undefined) return [];
  if (typeof domain === "string" || Array.isArray(domain))
    return [domain].flat().map((one) => route(main, one));
  return Object.entries(domain).flatMap(([process, own]) => [own].flat().map((one) => route(process, one)));
}

function route(process: string, domain: string): Route {
  const slash = domain.indexOf("/");
  if (slash === -1) return { process, host: domain, path: "/" };
  return { process, host: domain.slice(0, slash), path: domain.slice(slash) };
}

function variables(written: Record<string, VariableFile> | undefined): Record<string, Variable> {
  return mapRecord(written ?? {}, resolveVariable);
}

function resolveVariable(written: VariableFile): Variable {
  if (typeof written !== "object") return valueOrTemplate(String(written), undefined);
  const about = optional("description", written.description);
  if ("secret" in written) return { kind: "secret", ...about };
  if ("required" in written) return { kind: "required", ...about };
  return valueOrTemplate(String(written.default), written.description);
}

const reference = new RegExp(`\\$\\{([a-z][a-z0-9-]*)\\.(${connectionParts.join("|")})\\}`, "g");

function valueOrTemplate(text: string, description: string | undefined): Variable {
  const parts: (string | { service: string; part: ConnectionPart })[] = [];
  let from = 0;
  for (const found of text.matchAll(reference)) {
    if (found.index > from) parts.push(text.slice(from, found.index));
    parts.push({ service: found[1] ?? "", part: found[2] as ConnectionPart });
    from = found.index + found[0].length;
  }
  const about = optional("description", description);
  if (from === 0) return { kind: "value", value: text, ...about };
  if (from < text.length) parts.push(text.slice(from));
  return { kind: "template", parts, ...about };
}

function perProcess(said: string | Record<string, string> | undefined, main: string): Record<string, string> {
  return typeof said === "string" ? { [main]: said } : (said ?? {});
}

function list(said: string | string[] | undefined): string[] {
  return said === undefined ? [] : [said].flat();
}

function tidy(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, "");
}

function mapRecord<From, To>(
  record: Record<string, From>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

/** With exactOptionalPropertyTypes, "absent" and "undefined" differ: this says absent. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
