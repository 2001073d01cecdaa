import type { z } from "zod";
import { describeAt } from "./jsonSchema.ts";
import { languages, serviceKindNames } from "./kinds.ts";
import type { Path } from "./locate.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** What zod found, in sentences with what is allowed and what was probably meant. */
export function explain(issues: readonly Issue[], data: unknown): Finding[] {
  return issues.flatMap((issue) => explainIssue(issue, [], data));
}

function explainIssue(issue: Issue, above: Path, data: unknown): Finding[] {
  const path = [...above, ...issue.path.filter((step) => typeof step !== "symbol")];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key));
    case "invalid_union":
      return explainUnion(issue, path, data);
    case "invalid_key":
      return [
        {
          code: "wrong-value",
          message: `The name ${quote(String(path.at(-1)))} cannot stand here: a name ${issue.issues[0]?.message ?? "is wrong"}.`,
          path,
          at: "key",
        },
      ];
    default:
      return [valueAt(data, path) === undefined ? missing(path) : wrongValue(issue, path, data)];
  }
}

/** The branch that was meant is the one whose outer shape fits. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, data: unknown): Finding[] {
  const value = valueAt(data, path);
  if (value === undefined) return [missing(path)];
  const fewest = issue.errors.filter(fits).sort((a, b) => a.length - b.length)[0];
  if (fewest === undefined) return [wrongValue(issue, path, data)];
  return fewest.flatMap((inner) => explainIssue(inner, path, data));
}

/** Whether the value had this branch's outer shape, so that what is wrong is within it. */
function fits(errors: readonly Issue[]): boolean {
  return !errors.some(
    (error) =>
      error.path.length === 0 &&
      (error.code === "invalid_type" || (error.code === "invalid_union" && !error.errors.some(fits))),
  );
}

function unknownKey(path: Path, key: string): Finding {
  const allowed = describeAt(path)?.keys.map(({ name }) => name) ?? [];
  const meant = nearest(key, allowed) ?? misplaced[key];
  const where = path.length === 0 ? "A profile" : dotted(path);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const list = allowed.length === 0 ? "" : ` It takes ${allowed.join(", ")}.`;
  return {
    code: "unknown-key",
    message: `${where} has no ${quote(key)}${hint === "" ? "." : hint}${list}`,
    path: [...path, key],
    at: "key",
    ...(meant !== undefined && allowed.includes(meant)
      ? { fix: { label: `Change ${key} to ${meant}`, text: meant } }
      : {}),
  };
}

/** Words that other tools use for the same thing, too far away for a spelling check. */
const misplaced: Record<string, string> = {
  command: "run",
  cmd: "run",
  start: "run",
  healthcheck: "health",
  cron: "schedule",
  instances: "replicas",
  scale: "replicas",
  environment: "env",
  variables: "env",
  vars: "env",
  databases: "services",
  addons: "services",
  migrate: "release",
  environments: "stages",
  targets: "stages",
  hosts: "servers",
  apt: "packages",
};

function missing(path: Path): Finding {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const about = describeAt(path)?.description;
  return {
    code: "missing",
    message: `${dotted(path)} is missing${about === undefined ? "." : `: ${about.charAt(0).toLowerCase()}${about.slice(1)}`}`,
    path: parent.length === 0 ? [key] : parent,
    at: "key",
  };
}

function wrongValue(issue: Issue, path: Path, data: unknown): Finding {
  const given = valueAt(data, path);
  const takes = issue.message === "" || issue.message.startsWith("Invalid") ? expected(issue) : issue.message;
  const meant = typeof given === "string" ? suggestion(path, given, issue) : undefined;
  // A variable's value may be a secret: it is never repeated.
  const not = path.includes("env") ? "" : shown(given);
  return {
    code: "wrong-value",
    message: `${dotted(path)} ${takes}${not === "" ? "" : `, not ${not}`}${meant === undefined ? "." : `; did you mean ${meant.text}?`}`,
    path,
    at: "value",
    ...(meant === undefined ? {} : { fix: { label: `Change to ${meant.text}`, ...meant } }),
  };
}

function expected(issue: Issue): string {
  if (issue.code === "invalid_type") {
    const kinds: Record<string, string> = {
      string: "takes text",
      number: "takes a number",
      int: "takes a whole number",
      boolean: "takes true or false",
      object: "takes a mapping of keys and values",
      record: "takes a mapping of names and values",
      array: "takes a list",
    };
    return kinds[issue.expected] ?? `takes ${issue.expected}`;
  }
  if (issue.code === "invalid_value") return `takes ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small")
    return issue.origin === "array" ? "needs at least one entry" : "needs a longer value";
  if (issue.code === "too_big") return "takes a smaller value";
  return "is not what can stand here";
}

/** Other names of the same things. */
const aliases: Record<string, string> = {
  nodejs: "node",
  javascript: "node",
  typescript: "node",
  js: "node",
  bun: "node",
  py: "python",
  python3: "python",
  golang: "go",
  kotlin: "java",
  jdk: "java",
  ".net": "dotnet",
  csharp: "dotnet",
  html: "static",
  postgresql: "postgres",
  pg: "postgres",
  mongodb: "mongo",
  maria: "mariadb",
  s3: "minio",
  amqp: "rabbitmq",
  rabbit: "rabbitmq",
  elastic: "elasticsearch",
  mail: "mailpit",
  mailhog: "mailpit",
  mailcatcher: "mailpit",
  chromadb: "chroma",
};

function suggestion(path: Path, given: string, issue: Issue): { text: string; instead?: string } | undefined {
  const last = path.at(-1);
  const words: readonly string[] =
    last === "runtime" || path.at(-2) === "tools"
      ? languages
      : path.at(-2) === "services" || last === "kind"
        ? serviceKindNames
        : issue.code === "invalid_value"
          ? issue.values.map(String)
          : [];
  if (words.length > 0) {
    const [word = "", ...rest] = given.split(/(?=[@: ])/);
    const meant = aliases[word.toLowerCase()] ?? nearest(word, words);
    if (meant === undefined || !words.includes(meant)) return undefined;
    const version = rest.join("").replace(/^[@: v]+/, "");
    return { text: version === "" ? meant : `${meant}@${version}` };
  }
  const text = mended(last, given);
  return text === undefined ? undefined : { text };
}

/** Values that are right but for their dress. */
function mended(key: string | number | undefined, given: string): string | undefined {
  if (key === "name") {
    const slug = slugOf(given);
    return slug === "" || slug === given ? undefined : slug;
  }
  if (key === "health" || key === "path") return given.startsWith("/") ? undefined : `/${given}`;
  if (key === "port" || key === "replicas") return /^\d+$/.test(given) ? given : undefined;
  if (key === "domain")
    return given
      .toLowerCase()
      .replace(/^https?:\/\//, "")
      .replace(/\/$/, "");
  return undefined;
}

/** Any text as a name that Docker and DNS take; "" where nothing is left of it. */
export function slugOf(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 30)
    .replace(/-+$/, "");
}

export function dotted(path: Path): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}

function shown(value: unknown): string {
  if (typeof value === "string") return quote(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (Array.isArray(value)) return "a list";
  if (value === null) return "nothing";
  return typeof value === "object" ? "a mapping" : String(value);
}

function quote(text: string): string {
  return `"${text.replaceAll("\n", "\\n")}"`;
}

function valueAt(data: unknown, path: Path): unknown {
  let here = data;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Object.entries(here).find(([key]) => key === String(step))?.[1];
  }
  return here;
}
