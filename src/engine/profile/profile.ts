import type { ConnectionPart, Language, ServiceKindName } from "./kinds.ts";

/** A profile with every default filled in and every short form spelt out: what the rest of the engine works on. */
export interface Profile {
  version: 1;
  name: string;
  client?: string;
  /** The images to build, each named after the first process that runs in it. Most projects have one. */
  images: Record<string, Image>;
  processes: Record<string, Process>;
  /** The first process with a port; else the first. */
  main: string;
  release?: { run: string; process: string };
  services: Record<string, Service>;
  env: Record<string, Variable>;
  dev: { run: Record<string, string>; seed: Record<string, string>; test: Record<string, string> };
  stages: Record<string, Stage>;
}

export interface Image {
  name: string;
  /** Absent where the image comes from the repository's own Dockerfile. */
  runtime?: Runtime;
  framework?: string;
  /** The folder that is built from, "." for the root. */
  context: string;
  install: string[];
  run: string[];
  packages: string[];
  buildPackages: string[];
  /** Of PHP. */
  extensions: string[];
  tools: Runtime[];
  env: Record<string, string>;
  /** The repository's own Dockerfile (path from the root) and the stage that is released. */
  dockerfile?: { path: string; target?: string };
}

export interface Runtime {
  language: Language;
  version?: string;
}

export interface Process {
  name: string;
  /** Key in `images`. */
  image: string;
  /** The folder it runs in, seen from the image's context; "." for the context itself. */
  dir: string;
  /** Absent where the image's own command is used (own Dockerfile) or where files are served. */
  run?: string;
  /**
   * A folder of files to serve, seen from `dir`, with the file for unknown paths. In the language php it is the
   * document root of the server that `run` starts; in every other, files that need no program of their own.
   */
  serve?: { folder: string; fallback?: string };
  port?: number;
  health?: Health;
  schedule?: string;
  replicas: number;
  stopGraceMs: number;
  memoryBytes?: number;
  cpus?: number;
  /** Name of the volume → path inside the container. */
  volumes: Record<string, string>;
  env: Record<string, Variable>;
}

export interface Health {
  check: { kind: "http"; path: string } | { kind: "command"; run: string } | { kind: "port" };
  startMs: number;
  intervalMs: number;
  timeoutMs: number;
}

export interface Service {
  name: string;
  /** Absent for an image that Sistership knows nothing about. */
  kind?: ServiceKindName;
  image: string;
  port: number;
  volume?: string;
  env: Record<string, Variable>;
  run?: string;
}

export type Variable =
  | { kind: "value"; value: string; description?: string }
  | { kind: "secret"; description?: string }
  | { kind: "required"; description?: string }
  /** Made of text and of what services say about themselves: `${db.url}`. */
  | { kind: "template"; parts: (string | { service: string; part: ConnectionPart })[]; description?: string };

export interface Stage {
  name: string;
  servers: string[];
  routes: Route[];
  /** Process → number of replicas, for every process. */
  replicas: Record<string, number>;
  region?: string;
  env: Record<string, Variable>;
  watchMs: number;
  keep: number;
  build: "here" | "server";
  tls: "auto" | "internal" | "off";
  www: boolean;
  maxBodyBytes?: number;
  timeoutMs?: number;
  auth?: { user: string; password: string };
  /** Whom authorities write to about certificates. */
  email?: string;
  /** The file that visitors see while maintenance is on. */
  maintenance?: string;
}

export interface Route {
  process: string;
  host: string;
  /** "/" unless the domain was written with a path. */
  path: string;
}
