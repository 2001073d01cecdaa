import { isServiceKind, type ServiceKindName, serviceKind } from "../kinds.ts";
import type { ComposeService } from "./compose.ts";
import { type ExampleVariable, exampleVariables } from "./envFiles.ts";
import type { Evidence, Question } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import { digData, digList, digText, lineOf, type Scope } from "./scope.ts";
import { clients, extraClients, imageKinds, schemeKinds } from "./serviceSignals.ts";
import { splitImage } from "./versions.ts";

/** A hint that a service is used. Certain ones decide, strong ones count unless contradicted, weak ones only support. */
interface Signal {
  kind: ServiceKindName | "sqlite" | "hosted";
  strength: "certain" | "strong" | "weak";
  file: string;
  line: number;
  because: string;
  version?: string;
  /** What others already call it. */
  name?: string;
}

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
  apps: readonly { scope: Scope; facts: Facts }[],
  root: Scope,
  compose: readonly ComposeService[],
): FoundServices {
  const signals = [
    ...fromCompose(compose),
    ...fromPlatforms(root),
    ...apps.flatMap(({ scope, facts }) => [
      ...fromConfig(scope, facts),
      ...fromVariables(exampleVariables(scope), facts.language === "php"),
      ...fromDependencies(facts),
      ...fromCode(scope, facts),
    ]),
    ...(apps.some(({ scope }) => scope.dir === "") ? [] : fromVariables(exampleVariables(root), false)),
  ];
  return settle(signals, apps);
}

function fromCompose(compose: readonly ComposeService[]): Signal[] {
  return compose.flatMap((service): Signal[] => {
    if (service.image === undefined || /test|e2e/i.test(service.name)) return [];
    const [image = "", tag] = splitImage(service.image);
    const kind = imageKinds.find(([pattern]) => pattern.test(image))?.[1];
    if (kind === undefined) return [];
    const version =
      tag === undefined || /^(latest|alpine|stable|lts|management.*)$/.test(tag)
        ? undefined
        : tidyTag(kind, tag);
    return [
      {
        kind,
        strength: "certain",
        file: service.file,
        line: service.line,
        because: `${service.file} runs ${service.image}`,
        name: service.name,
        ...(version === undefined ? {} : { version }),
      },
    ];
  });
}

/** `16.2-alpine` → 16.2: the base of an image is our choice, its version theirs. */
function tidyTag(kind: ServiceKindName, tag: string): string | undefined {
  if (kind === "pgvector" || kind === "postgis" || kind === "minio")
    return /^(pg\d+|\d+-\d|RELEASE)/.test(tag)
      ? tag.replace(/-(alpine|bookworm|bullseye|trixie).*$/, "")
      : undefined;
  return /^v?\d+(\.\d+)*/.exec(tag)?.[0];
}

const addons: readonly (readonly [RegExp, ServiceKindName])[] = [
  [/postgres/, "postgres"],
  [/redis|keyvalue/, "redis"],
  [/mysql|cleardb|jawsdb/, "mysql"],
  [/mongo/, "mongo"],
  [/amqp|rabbit/, "rabbitmq"],
  [/elastic|bonsai/, "elasticsearch"],
  [/memcach/, "memcached"],
];

/** Heroku's app.json, Render's and Platform.sh's files. */
function fromPlatforms(root: Scope): Signal[] {
  const signals: Signal[] = [];
  const add = (said: unknown, file: string) => {
    const text = typeof said === "string" ? said : (digText(said, "plan") ?? digText(said, "type") ?? "");
    const kind = addons.find(([pattern]) => pattern.test(text))?.[1];
    if (kind !== undefined)
      signals.push({
        kind,
        strength: "certain",
        file,
        line: lineOf(root.text(file), text),
        because: `${file} asks for ${text}`,
      });
  };
  for (const addon of digList(root.json("app.json"), "addons")) add(addon, "app.json");
  const render = root.yaml("render.yaml");
  if (digList(render, "databases").length > 0) add("postgres", "render.yaml");
  for (const service of digList(render, "services"))
    if (/redis|keyvalue/.test(digText(service, "type") ?? "")) add("redis", "render.yaml");
  for (const service of Object.values(digData(root.yaml(".platform/services.yaml"))))
    add(digText(service, "type"), ".platform/services.yaml");
  return signals;
}

type Word = ServiceKindName | "sqlite";
const words: Readonly<Record<string, Word>> = {
  postgresql: "postgres",
  postgres: "postgres",
  pg: "postgres",
  pgsql: "postgres",
  pdo_pgsql: "postgres",
  cockroachdb: "postgres",
  postgis: "postgis",
  mysql: "mysql",
  mysql2: "mysql",
  trilogy: "mysql",
  pdo_mysql: "mysql",
  myxql: "mysql",
  mariadb: "mariadb",
  mongodb: "mongo",
  sqlite: "sqlite",
  sqlite3: "sqlite",
  "better-sqlite3": "sqlite",
  "better-sqlite": "sqlite",
  turso: "sqlite",
  pdo_sqlite: "sqlite",
  redis: "redis",
  phpredis: "redis",
};

/** Files of configuration, and how they name the kind. The first file that says one decides. */
const configs: readonly { files: RegExp; pattern: RegExp; says: string }[] = [
  {
    files: /(^|\/)schema\.prisma$|(^|\/)prisma\/[^/]+\.prisma$/,
    pattern: /datasource\s+\w+\s*\{[^}]{0,300}?provider\s*=\s*"(\w+)"/s,
    says: "its datasource is",
  },
  {
    files: /^config\/database\.yml$/,
    pattern: /production:[\s\S]*?adapter:\s*["']?(\w+)|adapter:\s*["']?(\w+)/,
    says: "its adapter is",
  },
  { files: /(^|\/)drizzle\.config\.\w+$/, pattern: /dialect\s*:\s*["'](\w+)["']/, says: "its dialect is" },
  { files: /(^|\/)knexfile\.\w+$/, pattern: /client\s*:\s*["']([\w-]+)["']/, says: "its client is" },
  {
    files:
      /(^|\/)ormconfig\.\w+$|data-?source\.\w+$|app\.module\.ts$|database\.module\.ts$|typeorm[\w.-]*\.ts$/,
    pattern: /\btype["']?\s*:\s*["'](postgres|mysql|mariadb|mongodb|sqlite|better-sqlite3|cockroachdb)["']/,
    says: "its type is",
  },
  {
    files: /^(config|src\/config|db)\/config\.(json|js|cjs)$|(sequelize|database|db)\.(js|ts)$/,
    pattern: /dialect["']?\s*:\s*["'](postgres|mysql|mariadb|sqlite)["']/,
    says: "its dialect is",
  },
  {
    files: /(^|\/)(mikro-orm\.config\.\w+)$/,
    pattern: /@mikro-orm\/(postgresql|mysql|mariadb|mongodb|sqlite|better-sqlite)/,
    says: "it uses",
  },
  { files: /(^|\/)repo\.ex$/, pattern: /Ecto\.Adapters\.(Postgres|MyXQL|SQLite3)/, says: "its adapter is" },
  {
    files: /application[\w-]*\.(properties|ya?ml)$/,
    pattern: /db-kind["']?\s*[=:]\s*["']?(\w+)/,
    says: "its db-kind is",
  },
  { files: /doctrine\.ya?ml$/, pattern: /driver:\s*["']?(pdo_\w+)/, says: "its driver is" },
];

function fromConfig(scope: Scope, facts: Facts): Signal[] {
  const signals: Signal[] = [];
  const paths = [
    ...scope.sources(".prisma", ".yml", ".yaml", ".properties", ".json", ".ini"),
    ...scope
      .sources(".ts", ".js", ".mjs", ".cjs", ".ex")
      .filter((path) => /config|knexfile|source|module|orm|database|db|repo|sequelize/i.test(path)),
  ];
  for (const path of paths) {
    for (const { files, pattern, says } of configs) {
      if (!files.test(path)) continue;
      const text = scope.code(path) ?? "";
      const found = pattern.exec(text);
      const said = (found?.[1] ?? found?.[2] ?? "").toLowerCase();
      const kind = Object.hasOwn(words, said) ? words[said] : undefined;
      if (kind === undefined) continue;
      signals.push({
        kind,
        strength: "certain",
        file: scope.full(path),
        line: lineOf(text, pattern),
        because: `${path}: ${says} ${said}`,
      });
    }
    if (/\.prisma$/.test(path)) {
      const text = scope.code(path) ?? "";
      const extension = /extensions\s*=\s*\[[^\]]*\b(vector|postgis)\b/.exec(text)?.[1];
      if (extension !== undefined)
        signals.push({
          kind: extension === "vector" ? "pgvector" : "postgis",
          strength: "certain",
          file: scope.full(path),
          line: lineOf(text, extension),
          because: `${path} uses the extension ${extension}`,
        });
    }
  }
  if (facts.framework === "django") signals.push(...fromDjango(scope));
  return signals;
}

function fromDjango(scope: Scope): Signal[] {
  return scope
    .sources(".py")
    .filter((path) => /settings/.test(path))
    .flatMap((path) => {
      const text = (scope.code(path) ?? "").replace(/(^|\s)#[^\n]*/g, (comment) =>
        " ".repeat(comment.length),
      );
      const signals: Signal[] = [];
      for (const found of text.matchAll(
        /django\.(?:contrib\.gis\.)?db\.backends\.(postgresql|postgis|mysql)|cache\.backends\.redis|django_redis\.cache|channels_redis/g,
      )) {
        const kind = found[1] === undefined ? "redis" : words[found[1]];
        if (kind !== undefined)
          signals.push({
            kind,
            strength: "certain",
            file: scope.full(path),
            line: lineOf(text, found[0]),
            because: `${path} names ${found[0]}`,
          });
      }
      return signals;
    });
}

function fromDependencies(facts: Facts): Signal[] {
  const table = clients[facts.language] ?? {};
  return facts.dependencies.flatMap((dependency): Signal[] => {
    if (dependency.dev) return [];
    const { name, file, line } = dependency;
    if (hosted.has(name))
      return [
        {
          kind: "hosted",
          strength: "strong",
          file,
          line,
          because: `${name} speaks to a database that others host`,
        },
      ];
    const keys = [
      name,
      name.replace(/\/v\d+$/, ""),
      ...dependency.extras.map((extra) => `${name}[${extra}]`),
    ];
    return keys
      .flatMap((key): Signal[] => {
        const kind = Object.hasOwn(table, key)
          ? table[key]
          : Object.hasOwn(extraClients, key)
            ? extraClients[key]
            : undefined;
        return kind === undefined
          ? []
          : [{ kind, strength: "strong", file, line, because: `${file} names ${key}` }];
      })
      .slice(0, 1);
  });
}

const hosted = new Set([
  "@neondatabase/serverless",
  "@planetscale/database",
  "@vercel/postgres",
  "@libsql/client",
  "@upstash/redis",
  "@vercel/kv",
]);
const elsewhere =
  /neon\.tech|supabase\.(co|com)|upstash\.io|amazonaws\.com|mongodb\.net|mongodb\+srv|planetscale|railway\.app|render\.com|azure\.com|cloudamqp|aivencloud|digitalocean|turso/i;
const here =
  /localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal|^[a-z][\w-]*$|(@|\/\/)[a-z][\w-]*(:\d+)?(\/|$)/i;

/** Names of variables that speak of one kind. */
const variableKinds: readonly (readonly [RegExp, ServiceKindName])[] = [
  [/^(ELASTIC(SEARCH)?)_?(URL|HOST|HOSTS|NODE|ENDPOINT|URI)/, "elasticsearch"],
  [/^OPENSEARCH_?(URL|HOST|NODE|ENDPOINT)/, "opensearch"],
  [/^MEILI(SEARCH)?_?(URL|HOST|ENDPOINT)/, "meilisearch"],
  [/^TYPESENSE_?(URL|HOST)/, "typesense"],
  [/^QDRANT_?(URL|HOST)/, "qdrant"],
  [/^CHROMA(DB)?_?(URL|HOST|SERVER_HOST)/, "chroma"],
  [/^WEAVIATE_?(URL|HOST)/, "weaviate"],
  [/^CLICKHOUSE_?(URL|HOST)/, "clickhouse"],
  [/^KAFKA_?(BROKERS?|BOOTSTRAP_SERVERS?|URL|HOST)/, "kafka"],
  [/^NATS_?(URL|HOST|SERVERS?)/, "nats"],
  [/^(RABBITMQ|AMQP)_?(URL|URI|HOST)/, "rabbitmq"],
  [/^MEMCACHED?_?(URL|HOST|SERVERS?|ENDPOINTS?)/, "memcached"],
  [/^MINIO_/, "minio"],
  [/^(REDIS|VALKEY)_?(URL|URI|HOST|DSN)/, "redis"],
  [/^MONGO(DB)?_?(URL|URI|HOST|DSN)/, "mongo"],
  [/^(POSTGRES(QL)?|PG)_?(URL|HOST|USER|DB|DATABASE|DSN)$/, "postgres"],
  [/^MYSQL_?(URL|HOST|USER|DATABASE|DSN)$/, "mysql"],
  [/^MARIADB_?(URL|HOST|USER|DATABASE|DSN)$/, "mariadb"],
];

function fromVariables(variables: readonly ExampleVariable[], isPhp: boolean): Signal[] {
  const byName = new Map(variables.map((one) => [one.name, one]));
  const laravel = isPhp && byName.has("APP_KEY");
  const signals: Signal[] = [];
  const say = (one: ExampleVariable, kind: Signal["kind"], strength: Signal["strength"]) =>
    signals.push({ kind, strength, file: one.file, line: one.line, because: `${one.file} has ${one.name}` });
  for (const one of variables) {
    const scheme = schemeKinds.find(([pattern]) => pattern.test(one.value))?.[1];
    if (elsewhere.test(one.value)) {
      if (/^postgres|^mysql|^mongodb|^rediss?:/.test(one.value)) say(one, "hosted", "weak");
      continue;
    }
    if (scheme !== undefined) say(one, scheme, "certain");
    else if (
      /^(DB_CONNECTION|DB_CLIENT|DATABASE_CLIENT|DB_DIALECT|DB_ENGINE|DB_TYPE|DB_DRIVER|DATABASE_TYPE)$/.test(
        one.name,
      )
    ) {
      const said = one.value.toLowerCase().replace(/^.*backends\./, "");
      const kind = Object.hasOwn(words, said) ? words[said] : undefined;
      if (kind !== undefined) say(one, kind, "certain");
    } else if (
      /^(CACHE_STORE|CACHE_DRIVER|QUEUE_CONNECTION|SESSION_DRIVER|BROADCAST_CONNECTION|BROADCAST_DRIVER)$/.test(
        one.name,
      )
    ) {
      if (one.value === "redis") say(one, "redis", "certain");
      if (one.value === "memcached") say(one, "memcached", "certain");
    } else if (/^(MAIL|SMTP|EMAIL|MAILER)_?(SERVER_)?(HOST|PORT|DSN|URL)$/.test(one.name)) {
      if (/mailpit|mailhog|mailcatcher|maildev|:1025\b/i.test(one.value) || one.value === "1025")
        say(one, "mailpit", "certain");
    } else if (/^(S3|AWS|AWS_S3|STORAGE|OBJECT_STORAGE)_?ENDPOINT(_URL)?(_S3)?$/.test(one.name)) {
      if (/minio|:9000\b/.test(one.value)) say(one, "minio", "certain");
    } else if (!laravel) {
      const kind = variableKinds.find(([pattern]) => pattern.test(one.name))?.[1];
      if (kind === undefined) continue;
      // Postgres and MySQL by name and a local value are as good as a connection string.
      say(
        one,
        kind,
        one.value !== "" && here.test(one.value) ? (kind === "redis" ? "strong" : "certain") : "weak",
      );
    }
  }
  return signals;
}

/** Connection strings that code and configuration carry as defaults. */
function fromCode(scope: Scope, facts: Facts): Signal[] {
  const signals: Signal[] = [];
  const endings = [
    ".py",
    ".ts",
    ".js",
    ".mjs",
    ".go",
    ".rs",
    ".rb",
    ".java",
    ".kt",
    ".cs",
    ".ex",
    ".exs",
    ".php",
    ".properties",
    ".yml",
    ".yaml",
    ".toml",
    ".ini",
    ".json",
  ];
  for (const path of scope.sources(...endings)) {
    if (
      /(^|\/)(package-lock\.json|pnpm-lock\.yaml|docker-compose[\w.-]*|compose\.ya?ml|openapi\.\w+|\.github)|\.d\.ts$|(^|\/)(test|dev)\.exs$/.test(
        path,
      )
    )
      continue;
    const text = scope.code(path);
    if (text === undefined || !text.includes("://")) continue;
    // Rails writes this file into every new application, used or not.
    if (path === "config/cable.yml" && !facts.dependencies.some(({ name }) => name === "redis")) continue;
    for (const found of text.matchAll(
      /["'`=\s{:]((?:jdbc:|r2dbc:)?(?:postgres(?:ql)?|mysql2?|mariadb|mongodb|rediss?|valkey|amqps?|pyamqp|ecto|nats)(?:\+\w+)?:\/\/[^\s"'`]{0,120})/g,
    )) {
      const value = found[1] ?? "";
      if (elsewhere.test(value)) continue;
      const kind = schemeKinds.find(([pattern]) => pattern.test(value))?.[1];
      if (kind === undefined) continue;
      // H2 and SQLite beside it are for tests; the sure signal is the driver, which is among the dependencies too.
      const scheme = value.split(":")[0] ?? "";
      const file = scope.full(path);
      const known = facts.dependencies.some(
        (one) => !one.dev && (clients[facts.language]?.[one.name] === kind || one.name.includes(kind)),
      );
      signals.push({
        kind,
        strength: known || !/#|\/\//.test(lineBefore(text, found.index)) ? "strong" : "weak",
        file,
        line: lineOf(text, value),
        because: `${file} connects to ${scheme}://`,
      });
    }
  }
  return signals;
}

function lineBefore(text: string, at: number): string {
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
}

const sql: readonly ServiceKindName[] = ["postgres", "pgvector", "postgis", "mysql", "mariadb"];
const postgres: readonly ServiceKindName[] = ["postgres", "pgvector", "postgis"];
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
