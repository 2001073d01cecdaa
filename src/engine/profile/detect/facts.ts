import type { Language } from "../kinds.ts";
import type { Evidence, Question } from "./evidence.ts";

/** A dependency that a manifest names. */
export interface Dependency {
  name: string;
  /** `celery[redis]` has redis. */
  extras: readonly string[];
  dev: boolean;
  version?: string;
  file: string;
  line: number;
}

export interface FoundProcess {
  run?: string;
  serve?: string;
  fallback?: string;
  port?: number;
  health?: string;
  schedule?: string;
  volumes?: Record<string, string>;
  /** Where it runs, from the root, if not in its application's folder. */
  dir?: string;
  env?: Record<string, string>;
}

/** What the rules of a language found out about one application. */
export interface Facts {
  language: Language;
  manager?: string;
  framework?: string;
  /** Series, resolved to what exists. */
  version?: string;
  install: string[];
  build: string[];
  tools: string[];
  packages: string[];
  buildPackages: string[];
  extensions: string[];
  buildEnv: Record<string, string>;
  /** The first one is the one that answers requests, if any does. */
  processes: Map<string, FoundProcess>;
  release?: string;
  dev: { run?: string; seed?: string; test?: string };
  dependencies: Dependency[];
  /** Files that the running application is made of, near its entry first: variables are looked for there. */
  entry?: string;
  /** It reaches out of its folder, so it can only be built from the root. */
  fromRoot?: boolean;
  evidence: Evidence[];
  questions: Question[];
  /** Variables that the framework needs whoever says so. */
  env: Record<string, string | { secret: true } | { required: true }>;
  /** How sure it is that this is an application, and not a library or tooling: 0 = none, 100 = certain. */
  strength: number;
}

export function emptyFacts(language: Language): Facts {
  return {
    language,
    install: [],
    build: [],
    tools: [],
    packages: [],
    buildPackages: [],
    extensions: [],
    buildEnv: {},
    processes: new Map(),
    dev: {},
    dependencies: [],
    evidence: [],
    questions: [],
    env: {},
    strength: 0,
  };
}
