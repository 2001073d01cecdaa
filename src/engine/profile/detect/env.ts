import { looksSecret } from "../checks.ts";
import { type ServiceKindName, serviceKind } from "../kinds.ts";
import { type ExampleVariable, exampleVariables } from "./envFiles.ts";
import type { Evidence } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import { lineOf, type Scope } from "./scope.ts";
import { schemeKinds } from "./serviceSignals.ts";
import type { FoundService } from "./services.ts";

export type FoundVariable = string | { secret: true } | { required: true };

export interface FoundEnv {
  env: Record<string, FoundVariable>;
  /** What a front end's build bakes in. */
  buildEnv: Record<string, string>;
  evidence: Evidence[];
}

/** Set by the machine, the platform or our own images. */
const givenByOthers =
  /^(PORT|HOST|HOSTNAME|NODE_ENV|APP_ENV|RAILS_ENV|RACK_ENV|MIX_ENV|FLASK_ENV|FLASK_DEBUG|FLASK_APP|ASPNETCORE_ENVIRONMENT|DEBUG|APP_DEBUG|DJANGO_DEBUG|ENVIRONMENT|PATH|HOME|USER|PWD|SHELL|TZ|LANG|CI|TERM|TMPDIR|TEMP|PYTHONPATH|PYTHONUNBUFFERED|VIRTUAL_ENV|DYNO|COMPOSE_\w+|DOCKER_\w+|VERCEL\w*|NETLIFY\w*|RENDER\w*|RAILWAY\w*|FLY_\w+|GITHUB_(ACTIONS|SHA|REF\w*|REPOSITORY|WORKSPACE)|npm_\w+|NEXT_RUNTIME|NEXT_PHASE|DJANGO_SETTINGS_MODULE|PHP_CLI_SERVER_WORKERS|SAIL_\w+|WWW\w+|BCRYPT_ROUNDS|VITE_APP_NAME|APP_PORT|DEV|PROD|MODE|BASE_URL|SSR)$/;

const baked = /^(NEXT_PUBLIC_|VITE_|REACT_APP_|PUBLIC_|GATSBY_|VUE_APP_|NG_APP_|EXPO_PUBLIC_)/;

export function findEnv(
  apps: readonly { scope: Scope; facts: Facts }[],
  root: Scope,
  services: readonly FoundService[],
): FoundEnv {
  const found: FoundEnv = { env: {}, buildEnv: {}, evidence: [] };
  const scopes = [
    ...new Map([...apps.map(({ scope }) => scope), root].map((scope) => [scope.dir, scope])).values(),
  ];
  for (const { facts } of apps) {
    const from = facts.evidence.find(({ path }) => path === "framework") ?? facts.evidence[0];
    for (const [name, value] of Object.entries(facts.env)) {
      if (typeof value === "string" || from === undefined) continue;
      put(
        found,
        name,
        value,
        { file: from.file, line: from.line },
        `${facts.framework ?? facts.language} needs ${name}`,
      );
    }
  }
  const variables = scopes.flatMap(exampleVariables);
  for (const one of variables) addExample(found, one, services);
  for (const { scope } of apps) addCode(found, scope, services);
  addImplied(found, apps, services);
  nameDrivers(found, apps, services);
  return found;
}

function put(
  found: FoundEnv,
  name: string,
  value: FoundVariable,
  from: { file: string; line: number },
  because: string,
): void {
  if (Object.hasOwn(found.env, name)) return;
  found.env[name] = value;
  // The value itself is not repeated: evidence goes to logs and hovers.
  const said = typeof value === "string" ? value : "secret" in value ? "secret" : "required";
  found.evidence.push({ path: `env.${name}`, value: said, ...from, because });
}

function addExample(found: FoundEnv, one: ExampleVariable, services: readonly FoundService[]): void {
  if (givenByOthers.test(one.name)) return;
  // What Laravel's own example lists and leaves empty belongs to what is not used.
  if (one.value === "" && /^(AWS_|PUSHER_|ABLY_|MIX_|REVERB_|POSTMARK_|MAIL_|MEMCACHED_)/.test(one.name))
    return;
  const where = { file: one.file, line: one.line };
  if (baked.test(one.name)) {
    if (one.value !== "" && !looksSecret(one.name)) found.buildEnv[one.name] ??= one.value;
    return;
  }
  const reference = referenceFor(one.name, one.value, services);
  if (reference !== undefined)
    put(found, one.name, reference, where, `${one.file} has ${one.name}, and the service gives it`);
  else if (looksSecret(one.name))
    put(
      found,
      one.name,
      { secret: true },
      where,
      `${one.file} has ${one.name}, which is a secret by its name`,
    );
  else if (isPlaceholder(one.value))
    put(found, one.name, { required: true }, where, `${one.file} has ${one.name} without a value`);
  else put(found, one.name, one.value, where, `${one.file} gives it this value`);
}

function isPlaceholder(value: string): boolean {
  return /^$|^<.*>$|^\[.*\]$|^(your|my|change|replace|insert|enter|put|add)[-_ ]?|^x{3,}|\.\.\.$|^(todo|tbd|none|null|changeme|secret|placeholder)$/i.test(
    value,
  );
}

const parts: Readonly<Record<string, string>> = {
  URL: "url",
  URI: "url",
  DSN: "url",
  HOST: "host",
  HOSTNAME: "host",
  SERVER: "host",
  PORT: "port",
  USER: "user",
  USERNAME: "user",
  PASSWORD: "password",
  PASS: "password",
  PASSWD: "password",
  NAME: "name",
  DATABASE: "name",
  DB: "name",
  DBNAME: "name",
};

/** Beginnings of names → the kinds they may speak of. */
const prefixes: readonly (readonly [RegExp, readonly ServiceKindName[]])[] = [
  [/^(POSTGRES(QL)?|PG)_?/, ["postgres", "pgvector", "postgis"]],
  [/^(MYSQL|MARIADB)_?/, ["mysql", "mariadb"]],
  [/^(REDIS|VALKEY|CACHE)_?/, ["redis", "valkey"]],
  [/^MONGO(DB)?_?/, ["mongo"]],
  [/^(RABBITMQ|AMQP)_?/, ["rabbitmq"]],
  [/^MEILI(SEARCH)?_?/, ["meilisearch"]],
  [/^ELASTIC(SEARCH)?_?/, ["elasticsearch"]],
  [/^OPENSEARCH_?/, ["opensearch"]],
  [/^QDRANT_?/, ["qdrant"]],
  [/^TYPESENSE_?/, ["typesense"]],
  [/^WEAVIATE_?/, ["weaviate"]],
  [/^CHROMA(DB)?_?/, ["chroma"]],
  [/^CLICKHOUSE_?/, ["clickhouse"]],
  [/^NATS_?/, ["nats"]],
  [/^MEMCACHED?_?/, ["memcached"]],
  [/^(SMTP|MAIL|EMAIL|MAILER)_?/, ["mailpit"]],
  [
    /^(DATABASE|DB|SQL|SQLALCHEMY|WORDPRESS_DB|DATABASE_DEFAULT|DJANGO_DB)_?(?=$|_|[A-Z])/,
    ["postgres", "pgvector", "postgis", "mysql", "mariadb", "mongo"],
  ],
];

/** `DB_HOST` → `${db.host}`: a variable that a service of the profile gives, with its scheme and options kept. */
function referenceFor(name: string, value: string, services: readonly FoundService[]): string | undefined {
  const byScheme = schemeKinds.find(([pattern]) => pattern.test(value))?.[1];
  if (byScheme !== undefined) {
    const service = ofKind(services, familyOf(byScheme));
    return service === undefined || /amazonaws|neon\.tech|supabase|mongodb\.net|upstash/.test(value)
      ? undefined
      : urlFor(service, value);
  }
  for (const [pattern, kinds] of prefixes) {
    const prefix = pattern.exec(name)?.[0];
    const service = ofKind(services, kinds);
    if (prefix === undefined || service === undefined) continue;
    const rest = name.slice(prefix.length).replace(/^_/, "");
    const part = Object.hasOwn(parts, rest)
      ? parts[rest]
      : rest === "" && /URL|URI/.test(name)
        ? "url"
        : undefined;
    if (part === undefined) continue;
    if (service.kind === "mailpit" && part !== "host" && part !== "port") return undefined;
    return `\${${service.name}.${part}}`;
  }
  if (/^(JDBC_DATABASE_URL|SPRING_DATASOURCE_(URL|USERNAME|PASSWORD))$/.test(name)) {
    const service = ofKind(services, familyOf("postgres")) ?? ofKind(services, familyOf("mysql"));
    if (service === undefined) return undefined;
    if (name.endsWith("USERNAME")) return `\${${service.name}.user}`;
    if (name.endsWith("PASSWORD")) return `\${${service.name}.password}`;
    return urlFor(service, `jdbc:${serviceKind(service.kind).scheme}://`);
  }
  if (/^CELERY_(BROKER|RESULT_BACKEND)(_URL)?$|^BROKER_URL$|^(CELERY_)?RESULT_BACKEND$/.test(name)) {
    const service = ofKind(services, ["redis", "valkey"]) ?? ofKind(services, ["rabbitmq"]);
    return service === undefined ? undefined : `\${${service.name}.url}`;
  }
  return undefined;
}

function familyOf(kind: ServiceKindName): readonly ServiceKindName[] {
  return prefixes.find(([, kinds]) => kinds.includes(kind))?.[1] ?? [kind];
}

function ofKind(
  services: readonly FoundService[],
  kinds: readonly ServiceKindName[],
): FoundService | undefined {
  return services.find(({ kind }) => kinds.includes(kind));
}

/** `postgresql+asyncpg://…?ssl=…` keeps its driver and what follows the name. */
function urlFor({ name, kind }: FoundService, value: string): string {
  const scheme = /^([\w+:]+):\/\//.exec(value)?.[1] ?? "";
  const own: string = serviceKind(kind).scheme;
  const at = (part: string) => `\${${name}.${part}}`;
  if (scheme.startsWith("jdbc:")) return `${scheme}://${at("host")}:${at("port")}/${at("name")}`;
  const index = kind === "redis" || kind === "valkey" ? /\/(\d+)$/.exec(value)?.[1] : undefined;
  if (index !== undefined) return `${at("url")}/${index}`;
  const same = scheme === own || (scheme === "postgres" && own === "postgresql") || scheme === "rediss";
  if (scheme === "" || same || !/postgres|mysql|mariadb/.test(scheme)) return at("url");
  return `${scheme}://${at("user")}:${at("password")}@${at("host")}:${at("port")}/${at("name")}`;
}

/** How code asks for a variable. Group 1 is the name; `required` says that it fails without. */
const reads: readonly { pattern: RegExp; endings: RegExp; required: boolean }[] = [
  {
    pattern: /process\.env(?:\.|\[["'])([A-Z][A-Z0-9_]+)(?:["']\])?(?!\s*(?:\|\||\?\?|\w|=[^=]|\?\s))/g,
    endings: /\.[cm]?[jt]sx?$/,
    required: false,
  },
  {
    pattern: /os\.environ\[\s*["']([A-Z][A-Z0-9_]+)["']\s*\](?!\s*=[^=])/g,
    endings: /\.py$/,
    required: true,
  },
  {
    pattern: /(?:os\.getenv|os\.environ\.get)\(\s*["']([A-Z][A-Z0-9_]+)["']\s*\)/g,
    endings: /\.py$/,
    required: false,
  },
  {
    pattern: /\b(?:env|env\.\w+|config)\(\s*["']([A-Z][A-Z0-9_]+)["']\s*\)/g,
    endings: /\.py$/,
    required: true,
  },
  {
    pattern: /ENV(?:\.fetch\(\s*|\[\s*)["']([A-Z][A-Z0-9_]+)["']\s*[\])](?!\s*(?:\|\||\{|do\b|,))/g,
    endings: /\.rb$/,
    required: false,
  },
  { pattern: /os\.Getenv\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g, endings: /\.go$/, required: false },
  {
    pattern: /env::var\(\s*"([A-Z][A-Z0-9_]+)"\s*\)\s*(?:\?|\.expect|\.unwrap\(\))/g,
    endings: /\.rs$/,
    required: true,
  },
  {
    pattern: /System\.(?:get_env|fetch_env!)\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g,
    endings: /\.exs?$/,
    required: false,
  },
  { pattern: /getenv\(\s*["']([A-Z][A-Z0-9_]+)["']\s*\)/g, endings: /\.php$/, required: false },
];

/** Names that the code asks for and no example file lists. Only what is surely needed: secrets, connections, and what fails without. */
function addCode(found: FoundEnv, scope: Scope, services: readonly FoundService[]): void {
  for (const path of scope
    .sources(".py", ".ts", ".js", ".mjs", ".tsx", ".rb", ".go", ".rs", ".exs", ".php")
    .slice(0, 400)) {
    const text = scope.code(path);
    if (text === undefined || text.length > 200_000) continue;
    for (const { pattern, endings, required } of reads) {
      if (!endings.test(path)) continue;
      for (const [whole, name = ""] of text.matchAll(pattern)) {
        if (givenByOthers.test(name) || baked.test(name) || Object.hasOwn(found.env, name)) continue;
        const where = { file: scope.full(path), line: lineOf(text, whole) };
        const reference = referenceFor(name, urlNear(text, name), services);
        if (reference !== undefined)
          put(found, name, reference, where, `${where.file} asks for ${name}, and the service gives it`);
        else if (looksSecret(name))
          put(found, name, { secret: true }, where, `${where.file} asks for ${name}`);
        else if (required)
          put(found, name, { required: true }, where, `${where.file} does not start without ${name}`);
      }
    }
    // Defaults that point to this machine are no use in a container: the service's own address goes before them.
    for (const [, name = "", value = ""] of text.matchAll(
      /["'.\s]([A-Z][A-Z0-9_]*(?:URL|URI|DSN|HOST|BROKER|BACKEND))["']?\]?\s*\)?\s*(?:,|\|\||\?\?|:\s*str\s*=|=)\s*["'`]([^"'`\n]{3,160})["'`]/g,
    )) {
      if (Object.hasOwn(found.env, name) || givenByOthers.test(name)) continue;
      const reference = referenceFor(name, value, services);
      if (reference !== undefined)
        put(
          found,
          name,
          reference,
          { file: scope.full(path), line: lineOf(text, name) },
          `${scope.full(path)} asks for ${name}, and the service gives it`,
        );
    }
    // pydantic settings: database_url: str = "…"
    if (path.endsWith(".py") && /BaseSettings/.test(text)) {
      for (const [, name = "", , value] of text.matchAll(
        /^[ \t]+([a-z][a-z0-9_]*|[A-Z][A-Z0-9_]*)\s*:\s*(?:SecretStr|str|PostgresDsn|RedisDsn|AnyUrl|HttpUrl)\b([^=\n]*)(?:=\s*["']([^"'\n]*)["'])?\s*$/gm,
      )) {
        const upper = name.toUpperCase();
        if (Object.hasOwn(found.env, upper) || givenByOthers.test(upper)) continue;
        const where = { file: scope.full(path), line: lineOf(text, new RegExp(`^[ \\t]+${name}\\s*:`, "m")) };
        const reference = referenceFor(upper, value ?? "", services);
        if (reference !== undefined)
          put(found, upper, reference, where, `${where.file} asks for ${upper}, and the service gives it`);
        else if (looksSecret(upper) && (value === undefined || isPlaceholder(value)))
          put(found, upper, { secret: true }, where, `${where.file} asks for ${upper}`);
        else if (value === undefined)
          put(found, upper, { required: true }, where, `${where.file} does not start without ${upper}`);
      }
    }
  }
}

/** Where nobody said a scheme, the one of the driver that is installed. */
function nameDrivers(
  found: FoundEnv,
  apps: readonly { facts: Facts }[],
  services: readonly FoundService[],
): void {
  for (const service of services) {
    if (!/postgres|pgvector|postgis|mysql|mariadb/.test(service.kind)) continue;
    const scheme = alchemyScheme(apps, service.kind);
    if (scheme === undefined) continue;
    for (const [name, value] of Object.entries(found.env)) {
      const said = found.evidence.find(({ path }) => path === `env.${name}`);
      if (value !== `\${${service.name}.url}` || said?.because.includes(".env")) continue;
      const named = urlFor(service, `${scheme}://`);
      found.env[name] = named;
      if (said !== undefined) said.value = named;
    }
  }
}

/** SQLAlchemy takes the driver from the scheme, and means psycopg2 and MySQLdb where none is said. */
function alchemyScheme(apps: readonly { facts: Facts }[], kind: ServiceKindName): string | undefined {
  const names = new Set(
    apps
      .flatMap(({ facts }) =>
        facts.language === "python" ? facts.dependencies.filter(({ dev }) => !dev) : [],
      )
      .map(({ name }) => name),
  );
  if (
    !["sqlalchemy", "sqlmodel", "flask-sqlalchemy", "langchain-postgres", "alembic"].some((name) =>
      names.has(name),
    )
  )
    return undefined;
  const drivers =
    serviceKind(kind).scheme === "postgresql"
      ? (["psycopg2", "psycopg2-binary", "psycopg", "asyncpg"] as const)
      : (["mysqlclient", "pymysql", "aiomysql", "asyncmy"] as const);
  const driver = drivers.find((name) => names.has(name));
  if (driver === undefined || /psycopg2|mysqlclient/.test(driver)) return undefined;
  return `${serviceKind(kind).scheme}+${driver}`;
}

/** A connection string near the name of its variable gives away the driver. */
function urlNear(text: string, name: string): string {
  if (!text.includes("://")) return "";
  const at = text.indexOf(name);
  return /\w[\w+:]*:\/\/[^\s"'`]*/.exec(text.slice(at, at + 200))?.[0] ?? "";
}

/** Libraries that look for their key themselves. */
const keys: Readonly<Record<string, string>> = {
  openai: "OPENAI_API_KEY",
  "langchain-openai": "OPENAI_API_KEY",
  "@langchain/openai": "OPENAI_API_KEY",
  "@ai-sdk/openai": "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  "langchain-anthropic": "ANTHROPIC_API_KEY",
  "@anthropic-ai/sdk": "ANTHROPIC_API_KEY",
  "@langchain/anthropic": "ANTHROPIC_API_KEY",
  "@ai-sdk/anthropic": "ANTHROPIC_API_KEY",
};

/** How an application reaches its services where nothing says how: the names that most libraries look for. */
const usualNames: Readonly<Partial<Record<ServiceKindName, string>>> = {
  postgres: "DATABASE_URL",
  pgvector: "DATABASE_URL",
  postgis: "DATABASE_URL",
  mysql: "DATABASE_URL",
  mariadb: "DATABASE_URL",
  mongo: "MONGODB_URI",
  redis: "REDIS_URL",
  valkey: "REDIS_URL",
  rabbitmq: "AMQP_URL",
};

function addImplied(
  found: FoundEnv,
  apps: readonly { scope: Scope; facts: Facts }[],
  services: readonly FoundService[],
): void {
  for (const { facts } of apps) {
    for (const one of facts.dependencies) {
      const name = Object.hasOwn(keys, one.name) && !one.dev ? keys[one.name] : undefined;
      if (name !== undefined) put(found, name, { secret: true }, one, `${one.name} looks for ${name}`);
    }
  }
  const values = Object.values(found.env)
    .filter((value) => typeof value === "string")
    .join("\n");
  const processes = apps
    .flatMap(({ facts }) => [...facts.processes.values()].flatMap(({ env }) => Object.values(env ?? {})))
    .join("\n");
  for (const { name, kind } of services) {
    if (values.includes(`\${${name}.`) || processes.includes(`\${${name}.url`)) continue;
    const variable = usualNames[kind];
    const spring = apps.find(({ facts }) => facts.framework === "spring-boot");
    const where = apps[0]?.facts.evidence[0] ?? { file: ".", line: 1 };
    const from = { file: where.file, line: where.line };
    const wordpress = apps.some(({ facts }) => facts.framework === "wordpress");
    if (wordpress && variable === "DATABASE_URL") {
      const because = "WordPress' images look there for its database";
      put(found, "WORDPRESS_DB_HOST", `\${${name}.host}:\${${name}.port}`, from, because);
      put(found, "WORDPRESS_DB_NAME", `\${${name}.name}`, from, because);
      put(found, "WORDPRESS_DB_USER", `\${${name}.user}`, from, because);
      put(found, "WORDPRESS_DB_PASSWORD", `\${${name}.password}`, from, because);
    } else if (spring !== undefined && variable === "DATABASE_URL") {
      const because = "Spring Boot looks there for its data source";
      put(
        found,
        "SPRING_DATASOURCE_URL",
        `jdbc:${serviceKind(kind).scheme}://\${${name}.host}:\${${name}.port}/\${${name}.name}`,
        from,
        because,
      );
      put(found, "SPRING_DATASOURCE_USERNAME", `\${${name}.user}`, from, because);
      put(found, "SPRING_DATASOURCE_PASSWORD", `\${${name}.password}`, from, because);
    } else if (apps.some(({ facts }) => facts.framework === "quarkus") && variable === "DATABASE_URL") {
      const because = "Quarkus looks there for its data source";
      put(
        found,
        "QUARKUS_DATASOURCE_JDBC_URL",
        `jdbc:${serviceKind(kind).scheme}://\${${name}.host}:\${${name}.port}/\${${name}.name}`,
        from,
        because,
      );
      put(found, "QUARKUS_DATASOURCE_USERNAME", `\${${name}.user}`, from, because);
      put(found, "QUARKUS_DATASOURCE_PASSWORD", `\${${name}.password}`, from, because);
    } else if (spring !== undefined && variable === "REDIS_URL") {
      put(found, "SPRING_DATA_REDIS_URL", `\${${name}.url}`, from, "Spring Boot looks there for Redis");
    } else if (variable !== undefined) {
      put(found, variable, `\${${name}.url}`, from, `most libraries look there for ${kind}`);
    }
  }
}
