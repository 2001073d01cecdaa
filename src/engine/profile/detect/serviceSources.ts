import type { ServiceKindName } from "../kinds.ts";
import type { ExampleVariable } from "./envFiles.ts";
import type { Facts } from "./facts.ts";
import { lineOf, type Scope } from "./scope.ts";
import { words } from "./serviceConfig.ts";
import type { Signal } from "./serviceSignal.ts";
import { clients, extraClients, schemeKinds } from "./serviceSignals.ts";

export function fromDependencies(facts: Facts): Signal[] {
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

export function fromVariables(variables: readonly ExampleVariable[], isPhp: boolean): Signal[] {
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
export function fromCode(scope: Scope, facts: Facts): Signal[] {
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
