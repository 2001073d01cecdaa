import type { detect } from "../../../src/engine/profile/index.ts";
import { sameCommand } from "./command.ts";
import type { Expected } from "./expected.ts";

export const fields = [
  "language",
  "manager",
  "framework",
  "start",
  "port",
  "version",
  "services",
  "apps",
  "alone",
  "release",
  "workers",
] as const;
export type Field = (typeof fields)[number];

export interface Miss {
  tree: string;
  field: Field;
  wanted: string;
  got: string;
}
export type Verdict = Miss & { right: boolean };

type Found = Awaited<ReturnType<typeof detect>>;

/** Compares field by field what was found with what is right. A detection that threw has every field wrong. */
export function judge(tree: string, expected: Expected, found: Found | string): Verdict[] {
  return fields
    .filter((field) => expected[field] !== undefined)
    .map((field) => {
      const wanted = JSON.stringify(expected[field]);
      if (typeof found === "string") return { tree, field, wanted, got: found, right: false };
      const { right, got } = judges[field](expected, found);
      return { tree, field, wanted, got: JSON.stringify(got) ?? "nothing", right };
    });
}

const judges: Record<Field, (expected: Expected, found: Found) => { right: boolean; got: unknown }> = {
  language: (expected, found) => oneOf(expected.language, runtime(found).language),
  manager: (expected, found) => oneOf(expected.manager, found.manager),
  framework: (expected, found) => oneOf(expected.framework, found.framework ?? null, frameworkName),
  version: ({ version }, found) => {
    const got = runtime(found).version;
    return { right: list(version).some((text) => got === text || got?.startsWith(`${text}.`) === true), got };
  },
  start: judgeStart,
  port: (expected, found) => oneOf(expected.port, web(found)?.port),
  services: ({ services }, found) =>
    sameSet(services ?? [], Object.values(found.profile.services ?? {}).map(kindOf)),
  apps: ({ apps }, found) => {
    const got = found.apps.map(({ dir, language, framework }) => ({ path: dir || ".", language, framework }));
    const right =
      got.length === (apps ?? []).length &&
      (apps ?? []).every((app) =>
        got.some(
          ({ path, language, framework }) =>
            path === app.path &&
            language === app.language &&
            (app.framework === undefined || oneOf(app.framework, framework, frameworkName).right),
        ),
      );
    return { right, got };
  },
  alone: (_, found) => ({ right: found.apps.length === 1, got: found.apps.map(({ dir }) => dir || ".") }),
  release: ({ release }, found) => {
    const given = found.profile.release;
    const got = typeof given === "object" && given !== null && "run" in given ? given.run : given;
    return {
      right: typeof got === "string" && list(release).some((text) => sameCommand(got, text, undefined)),
      got,
    };
  },
  workers: ({ workers }, found) => {
    const got = Object.values(found.profile.processes ?? {}).flatMap(({ run, port }) =>
      run === undefined || port !== undefined ? [] : [run],
    );
    const right = (workers ?? []).every((ways) =>
      got.some((run) => ways.some((text) => sameCommand(run, text, undefined))),
    );
    return { right: right && got.length === (workers ?? []).length, got };
  },
};

function judgeStart(expected: Expected, found: Found): { right: boolean; got: unknown } {
  const process = web(found);
  const own = process?.build?.dockerfile ?? found.profile.build?.dockerfile;
  const got = { run: process?.run, serve: process?.serve, dockerfile: own, build: found.build };
  const served =
    expected.serve === undefined ||
    (process?.serve !== undefined && expected.serve.includes(bare(process.serve)));
  if (expected.dockerfile !== undefined && own !== undefined) {
    return { right: bare(own) === expected.dockerfile && process !== undefined, got };
  }
  if (expected.start === null)
    return { right: process?.run === undefined && process?.serve !== undefined && served, got };
  const run = process?.run;
  const built =
    expected.builds === undefined || expected.builds.some((text) => names(found.build ?? "", text));
  const right =
    run !== undefined && list(expected.start).some((text) => sameCommand(run, text, process?.port));
  return { right: right && served && built, got };
}

/** The process that answers requests: web, else the first with a port, else the first. */
function web(found: Found) {
  const processes = found.profile.processes ?? {};
  const all = Object.values(processes);
  return processes.web ?? all.find(({ port, serve }) => port !== undefined || serve !== undefined) ?? all[0];
}

function runtime(found: Found): { language?: string; version?: string } {
  const [language, version] = (found.profile.runtime ?? "").split("@");
  return { ...(language ? { language } : {}), ...(version ? { version } : {}) };
}

const kinds: Record<string, string> = {
  pgvector: "postgres",
  postgis: "postgres",
  valkey: "redis",
  mongo: "mongodb",
};

/** A service as `postgres@17`, or with its kind or image spelt out. */
function kindOf(service: unknown): string {
  const spelt =
    typeof service === "object" && service !== null ? Object.entries(service) : [["kind", service]];
  const text = spelt.find(([key]) => key === "kind")?.[1] ?? spelt.find(([key]) => key === "image")?.[1];
  const kind = String(text)
    .replace(/[@:].*$/, "")
    .replace(/^.*\//, "");
  return kinds[kind] ?? kind;
}

/** Whether a build command has the word, whatever stands in front of a path (`./`). */
function names(build: string, text: string): boolean {
  return build.split(/\s+/).some((word) => bare(word) === bare(text));
}

function frameworkName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/js$/, "");
  return (
    { aspnetcore: "aspnet", springboot: "spring", createreactapp: "cra", eleventy: "11ty" }[plain] ?? plain
  );
}

function oneOf<T extends string | number>(
  wanted: T | null | readonly T[] | undefined,
  got: T | null | undefined,
  name?: (text: string) => string,
): { right: boolean; got: unknown } {
  if (wanted === null) return { right: got === null || got === undefined, got };
  const same = (text: T) =>
    text === got || (name !== undefined && name(String(text)) === name(String(got ?? "")));
  return { right: got !== null && got !== undefined && list(wanted).some(same), got };
}

/** An element `mysql|mariadb` is met by either. */
function sameSet(wanted: readonly string[], given: readonly string[]): { right: boolean; got: unknown } {
  const got = [...new Set(given)];
  const right =
    got.length === wanted.length &&
    wanted.every((ways) => ways.split("|").some((kind) => got.includes(kind)));
  return { right, got };
}

function list<T>(value: T | readonly T[] | null | undefined): readonly T[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function bare(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/$/, "") || ".";
}
