import { isServiceKind, type ServiceKindName, serviceKind } from "../kinds.ts";
import type { Application } from "./assemble.ts";
import type { ComposeService } from "./compose.ts";
import { exampleVariables } from "./envFiles.ts";
import type { Evidence, Question } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import { fromLocalTools } from "./localTools.ts";
import type { Scope } from "./scope.ts";
import { fromConfig } from "./serviceConfig.ts";
import { fromCompose, fromPlatforms } from "./serviceFiles.ts";
import type { Signal } from "./serviceSignal.ts";
import { fromCode, fromDependencies, fromVariables } from "./serviceSources.ts";

export interface FoundService {
  name: string;
  kind: ServiceKindName;
  version: string;
}

export interface FoundServices {
  services: FoundService[];
  evidence: Evidence[];
  questions: Question[];
}

export function findServices(
  apps: readonly Application[],
  root: Scope,
  compose: readonly ComposeService[],
): FoundServices {
  const signals = [
    ...fromCompose(compose),
    ...fromPlatforms(root),
    ...fromLocalTools(root),
    ...withLibraries(apps).flatMap(({ scope, facts }) => [
      ...fromConfig(scope, facts),
      ...fromVariables(exampleVariables(scope), facts.language === "php"),
      ...fromDependencies(facts),
      ...fromCode(scope, facts),
    ]),
    ...(apps.some(({ scope }) => scope.dir === "") ? [] : fromVariables(exampleVariables(root), false)),
  ];
  return settle(signals, apps);
}

/** A workspace's own libraries speak to services for those that use them. */
function withLibraries(apps: readonly Application[]): { scope: Scope; facts: Facts }[] {
  const libraries = new Map(apps.flatMap((app) => app.libraries).map((one) => [one.scope.dir, one]));
  for (const { scope } of apps) libraries.delete(scope.dir);
  return [...apps, ...libraries.values()];
}

const sql: readonly ServiceKindName[] = ["postgres", "pgvector", "postgis", "mysql", "mariadb"];
export const postgres: readonly ServiceKindName[] = ["postgres", "pgvector", "postgis"];
const families: readonly (readonly ServiceKindName[])[] = [
  sql,
  ["redis", "valkey"],
  ["elasticsearch", "opensearch"],
];

/** What the signals come down to: one kind of each family, unless several are certain. */
function settle(signals: readonly Signal[], apps: readonly { scope: Scope; facts: Facts }[]): FoundServices {
  const found: { kind: ServiceKindName; by: Signal[] }[] = [];
  const questions: Question[] = [];
  const rest = signals.filter((one): one is Signal & { kind: ServiceKindName } => isServiceKind(one.kind));
  const inFamily = new Set(families.flat());
  for (const family of families) {
    const own = rest.filter(({ kind }) => family.includes(kind));
    const certain = own.filter(({ strength }) => strength === "certain");
    const strong = own.filter(({ strength }) => strength === "strong");
    const sqlite =
      family === sql && signals.some(({ kind, strength }) => kind === "sqlite" && strength === "certain");
    const isHosted =
      family === sql && signals.some(({ kind, strength }) => kind === "hosted" && strength === "strong");
    if (
      (sqlite || isHosted) &&
      certain.filter(({ file }) => !/schema\.prisma$|drizzle/.test(file)).length === 0
    )
      continue;
    if (certain.length === 0 && strong.length === 0) continue;
    const named = new Set(certain.filter(({ name }) => name !== undefined).map(({ kind }) => kind));
    const pool = certain.length > 0 ? certain : strong;
    const kinds = narrow(named.size > 0 ? [...named] : [...new Set(pool.map(({ kind }) => kind))], own);
    if (named.size > 0 || kinds.length === 1) {
      for (const kind of kinds)
        found.push({
          kind,
          by: own.filter(
            (one) =>
              one.kind === kind ||
              (postgres.includes(kind) && postgres.includes(one.kind)) ||
              named.size === 1,
          ),
        });
      continue;
    }
    const counted = kinds
      .map((kind) => ({ kind, count: own.filter((one) => one.kind === kind).length }))
      .sort((a, b) => b.count - a.count);
    const [first] = counted;
    if (first === undefined) continue;
    found.push({ kind: first.kind, by: own.filter(({ kind }) => kind === first.kind) });
    if (family === sql && counted[1] !== undefined && certain.length === 0) {
      questions.push({
        path: "services.db",
        ask: "Which database is used?",
        options: kinds.map(withVersion),
        default: withVersion(first.kind),
        because: `drivers of ${kinds.join(" and ")} are among the dependencies`,
      });
    }
  }
  for (const { kind } of rest) {
    if (inFamily.has(kind) || found.some((one) => one.kind === kind)) continue;
    const own = rest.filter((one) => one.kind === kind);
    if (own.every(({ strength }) => strength === "weak")) continue;
    found.push({ kind, by: own });
  }
  const celery = apps
    .flatMap(({ facts }) => facts.dependencies)
    .find(({ name, dev }) => name === "celery" && !dev);
  if (
    celery !== undefined &&
    apps.some(({ facts }) => [...facts.processes.values()].some(({ run }) => run?.startsWith("celery"))) &&
    !found.some(({ kind }) => ["redis", "valkey", "rabbitmq"].includes(kind))
  ) {
    const because = `${celery.file} names celery, which needs a broker`;
    found.push({
      kind: "redis",
      by: [{ kind: "redis", strength: "weak", file: celery.file, line: celery.line, because }],
    });
    questions.push({
      path: "services.cache",
      ask: "Which broker does Celery use?",
      options: ["redis", "rabbitmq"].map((kind) => withVersion(kind as ServiceKindName)),
      default: withVersion("redis"),
      because,
    });
  }
  return named(found, questions);
}

/** pgvector and PostGIS are Postgres with more; MariaDB is named by its own name only where no more is known. */
function narrow(kinds: ServiceKindName[], own: readonly Signal[]): ServiceKindName[] {
  const richer = own.find(
    ({ kind, strength }) => (kind === "pgvector" || kind === "postgis") && strength !== "weak",
  )?.kind;
  if (
    richer === undefined ||
    richer === "sqlite" ||
    richer === "hosted" ||
    !kinds.some((kind) => postgres.includes(kind))
  ) {
    return kinds.includes("pgvector") || kinds.includes("postgis")
      ? kinds.filter((kind) => kind !== "postgres")
      : kinds;
  }
  return [...new Set(kinds.map((kind) => (postgres.includes(kind) ? richer : kind)))];
}

function withVersion(kind: ServiceKindName): string {
  return `${kind}@${serviceKind(kind).version}`;
}

const usualNames: Readonly<Partial<Record<ServiceKindName, string>>> = {
  redis: "cache",
  valkey: "cache",
  minio: "storage",
  mailpit: "mail",
  elasticsearch: "search",
  opensearch: "search",
  meilisearch: "search",
  typesense: "search",
};

/** Names: what a compose file already calls it, else db, cache and the like. */
function named(
  found: readonly { kind: ServiceKindName; by: readonly Signal[] }[],
  questions: Question[],
): FoundServices {
  const services: FoundService[] = [];
  const evidence: Evidence[] = [];
  const taken = new Set<string>();
  for (const { kind, by } of found) {
    const given = by.find((one) => one.kind === kind && one.name !== undefined);
    const usual =
      sql.includes(kind) || (kind === "mongo" && !taken.has("db")) ? "db" : (usualNames[kind] ?? kind);
    const wanted = given?.name === undefined ? usual : slug(given.name, usual);
    const name = taken.has(wanted) ? kind : wanted;
    taken.add(name);
    const version =
      by.find((one) => one.kind === kind && one.version !== undefined)?.version ?? serviceKind(kind).version;
    services.push({ name, kind, version });
    const seen = new Set<string>();
    for (const one of by) {
      if (one.strength === "weak" && by.some(({ strength }) => strength !== "weak")) continue;
      if (seen.has(one.because) || seen.size >= 4) continue;
      seen.add(one.because);
      evidence.push({
        path: `services.${name}`,
        value: `${kind}@${version}`,
        file: one.file,
        line: one.line,
        because: one.because,
      });
    }
  }
  return { services, evidence, questions };
}

function slug(name: string, otherwise: string): string {
  const tidy = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 30);
  return tidy === "" ? otherwise : tidy;
}
