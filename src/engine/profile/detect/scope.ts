import { posix } from "node:path";
import { parse as parseToml } from "smol-toml";
import { parseDocument } from "yaml";
import type { Tree } from "./tree.ts";

export type Data = Record<string, unknown>;

/** A folder of the tree, as the rules of one application see it: paths are seen from there. */
export interface Scope {
  /** From the root; "" for the root itself. */
  readonly dir: string;
  readonly tree: Tree;
  has(path: string): boolean;
  hasFolder(path: string): boolean;
  /** The first of these that exists. */
  first(...paths: string[]): string | undefined;
  text(path: string): string | undefined;
  json(path: string): Data | undefined;
  toml(path: string): Data | undefined;
  yaml(path: string): unknown;
  /** Files below with one of these endings, source before tests, shallow before deep; at most a few hundred. */
  sources(...endings: string[]): readonly string[];
  /** Whether a file belongs to this folder's application, and not to one of a folder below with a manifest of its own. */
  owns(path: string): boolean;
  /** The path from the root, for evidence. */
  full(path: string): string;
}

const mostSources = 600;
const aside =
  /(^|\/)(tests?|__tests__|specs?|e2e|cypress|fixtures|examples?|samples?|demos?|docs?|migrations|benchmarks?|scripts|storybook|mocks?|__mocks__)\/|(\.|_|-)(test|spec|stories)\.\w+$|(^|\/)(test_[^/]*|conftest)\.py$|_test\.go$/i;

export function isAside(path: string): boolean {
  return aside.test(path);
}

/** Manifests that make a folder a project of its own. */
const manifests = [
  "package.json",
  "pyproject.toml",
  "requirements.txt",
  "Pipfile",
  "composer.json",
  "go.mod",
  "Gemfile",
  "Cargo.toml",
  "pom.xml",
  "build.gradle",
  "build.gradle.kts",
  "mix.exs",
  "deno.json",
] as const;

export function scopeOf(tree: Tree, dir: string): Scope {
  const full = (path: string) => (dir === "" ? path : posix.join(dir, path));
  const prefix = dir === "" ? "" : `${dir}/`;
  const listed = new Map<string, readonly string[]>();
  const projects = new Map<string, boolean>();
  const isProject = (folder: string): boolean => {
    const known = projects.get(folder);
    if (known !== undefined) return known;
    const above = posix.dirname(folder);
    const found =
      manifests.some((name) => tree.has(full(`${folder}/${name}`))) || (above !== "." && isProject(above));
    projects.set(folder, found);
    return found;
  };
  const owns = (path: string) => !path.includes("/") || !isProject(posix.dirname(path));
  const text = (path: string) => tree.text(full(path));
  return {
    dir,
    tree,
    full,
    owns,
    text,
    has: (path) => tree.has(full(path)),
    hasFolder: (path) => tree.hasFolder(full(path)),
    first: (...paths) => paths.find((path) => tree.has(full(path))),
    json: (path) => parseJson(text(path)),
    toml: (path) => parsed(text(path), parseToml),
    yaml: (path) => parseYaml(text(path)),
    sources(...endings) {
      const key = endings.join("|");
      const known = listed.get(key);
      if (known !== undefined) return known;
      const found = tree.files
        .filter((path) => path.startsWith(prefix) && endings.some((ending) => path.endsWith(ending)))
        .map((path) => path.slice(prefix.length))
        .filter((path) => !isAside(path) && owns(path))
        .sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1))
        .slice(0, mostSources);
      listed.set(key, found);
      return found;
    },
  };
}

function parsed<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** JSON as configuration files have it: comments and trailing commas are let through. */
export function parseJson(text: string | undefined): Data | undefined {
  const data: unknown =
    parsed(text, JSON.parse) ?? parsed(text === undefined ? undefined : withoutComments(text), JSON.parse);
  return isData(data) ? data : undefined;
}

export function parseYaml(text: string | undefined): unknown {
  return parsed(text, (written) => {
    const document = parseDocument(written, {
      merge: true,
      logLevel: "silent",
      strict: false,
      uniqueKeys: false,
    });
    return document.toJS({ maxAliasCount: 200 }) as unknown;
  });
}

export function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value deep in parsed data; undefined where the way there breaks off. */
export function dig(data: unknown, ...path: string[]): unknown {
  let here = data;
  for (const step of path) {
    if (!isData(here) || !Object.hasOwn(here, step)) return undefined;
    here = here[step];
  }
  return here;
}

export function digText(data: unknown, ...path: string[]): string | undefined {
  const found = dig(data, ...path);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : undefined;
}

export function digData(data: unknown, ...path: string[]): Data {
  const found = dig(data, ...path);
  return isData(found) ? found : {};
}

export function digList(data: unknown, ...path: string[]): unknown[] {
  const found = dig(data, ...path);
  return Array.isArray(found) ? found : [];
}

function withoutComments(text: string): string {
  return text
    .replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted?: string) => quoted ?? "")
    .replace(/("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])/g, (_, quoted?: string) => quoted ?? "");
}

/** The line, counted from 1, on which something first stands. */
export function lineOf(text: string | undefined, wanted: string | RegExp): number {
  if (text === undefined) return 1;
  const at = typeof wanted === "string" ? text.indexOf(wanted) : text.search(wanted);
  if (at <= 0) return 1;
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < at; index = text.indexOf("\n", index + 1))
    line += 1;
  return line;
}
