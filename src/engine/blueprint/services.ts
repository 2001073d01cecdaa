import type { ConnectionPart, Service, ServiceKindName } from "../profile/index.ts";
import { serviceKind } from "../profile/index.ts";

/** Of a database on the developer's machine, bound to loopback: no secret, the same for everybody. */
const user = "app";
const password = "development";
const database = "app";

interface Recipe {
  env?: Readonly<Record<string, string>>;
  /** Succeeds inside the service once it can be used; absent where the image holds nothing to ask with. */
  ready?: readonly string[];
  run?: readonly string[];
  /** Which of user, password and name its address holds, and what follows it. */
  url: "full" | "login" | "bare";
  query?: string;
  /** The variable that libraries look for. */
  variable: string;
}

const postgres: Recipe = {
  env: { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database },
  // over TCP: while the database is being made, the server listens on its socket alone
  ready: ["pg_isready", "--host=127.0.0.1", `--username=${user}`, `--dbname=${database}`],
  url: "full",
  variable: "DATABASE_URL",
};
const open = (port: number) => ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`];
const bare = (variable: string, ready?: readonly string[], env?: Recipe["env"]): Recipe => ({
  url: "bare",
  variable,
  ...(ready ? { ready } : {}),
  ...(env ? { env } : {}),
});

const recipes: Record<ServiceKindName, Recipe> = {
  postgres,
  pgvector: postgres,
  postgis: postgres,
  mysql: {
    env: {
      MYSQL_ROOT_PASSWORD: password,
      MYSQL_USER: user,
      MYSQL_PASSWORD: password,
      MYSQL_DATABASE: database,
    },
    ready: ["mysqladmin", "ping", "--host=127.0.0.1", `--user=${user}`, `--password=${password}`, "--silent"],
    url: "full",
    variable: "DATABASE_URL",
  },
  mariadb: {
    env: {
      MARIADB_ROOT_PASSWORD: password,
      MARIADB_USER: user,
      MARIADB_PASSWORD: password,
      MARIADB_DATABASE: database,
    },
    ready: ["healthcheck.sh", "--connect", "--innodb_initialized"],
    url: "full",
    variable: "DATABASE_URL",
  },
  redis: bare("REDIS_URL", ["redis-cli", "ping"]),
  valkey: bare("REDIS_URL", ["valkey-cli", "ping"]),
  memcached: bare("MEMCACHED_URL", open(11211)),
  mongo: {
    env: {
      MONGO_INITDB_ROOT_USERNAME: user,
      MONGO_INITDB_ROOT_PASSWORD: password,
      MONGO_INITDB_DATABASE: database,
    },
    ready: ["mongosh", "--quiet", "--eval", "quit(db.adminCommand('ping').ok ? 0 : 1)"],
    url: "full",
    query: "?authSource=admin",
    variable: "MONGODB_URI",
  },
  rabbitmq: {
    env: { RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: password },
    ready: ["rabbitmq-diagnostics", "-q", "check_port_connectivity"],
    url: "login",
    variable: "RABBITMQ_URL",
  },
  kafka: bare("KAFKA_BROKERS", [
    "/opt/kafka/bin/kafka-broker-api-versions.sh",
    "--bootstrap-server",
    "127.0.0.1:9092",
  ]),
  nats: bare("NATS_URL"),
  minio: {
    env: { MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password },
    run: ["server", "/data"],
    ready: ["mc", "ready", "local"],
    url: "bare",
    variable: "S3_ENDPOINT",
  },
  elasticsearch: bare("ELASTICSEARCH_URL", ["curl", "-fsS", "http://127.0.0.1:9200/_cluster/health"], {
    "discovery.type": "single-node",
    "xpack.security.enabled": "false",
    ES_JAVA_OPTS: "-Xms512m -Xmx512m",
  }),
  opensearch: bare("OPENSEARCH_URL", ["curl", "-fsS", "http://127.0.0.1:9200/_cluster/health"], {
    "discovery.type": "single-node",
    DISABLE_SECURITY_PLUGIN: "true",
    DISABLE_INSTALL_DEMO_CONFIG: "true",
    OPENSEARCH_JAVA_OPTS: "-Xms512m -Xmx512m",
  }),
  meilisearch: bare("MEILISEARCH_URL", ["curl", "-fsS", "http://127.0.0.1:7700/health"], {
    MEILI_MASTER_KEY: password,
    MEILI_NO_ANALYTICS: "true",
  }),
  typesense: bare("TYPESENSE_URL", open(8108), { TYPESENSE_API_KEY: password, TYPESENSE_DATA_DIR: "/data" }),
  qdrant: bare("QDRANT_URL", open(6333)),
  chroma: bare("CHROMA_URL", open(8000)),
  weaviate: bare(
    "WEAVIATE_URL",
    ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/v1/.well-known/ready"],
    {
      AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "true",
      PERSISTENCE_DATA_PATH: "/var/lib/weaviate",
    },
  ),
  clickhouse: {
    env: { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DB: database },
    ready: ["clickhouse-client", `--user=${user}`, `--password=${password}`, "--query=SELECT 1"],
    url: "full",
    variable: "CLICKHOUSE_URL",
  },
  mailpit: bare("SMTP_URL", ["/mailpit", "readyz"]),
};

/** What a service says about itself on the developer's machine. */
export function connection(service: Service, part: ConnectionPart): string {
  const recipe = service.kind === undefined ? undefined : recipes[service.kind];
  switch (part) {
    case "host":
      return service.name;
    case "port":
      return String(service.port);
    case "user":
      return service.kind === "redis" || service.kind === "valkey" ? "default" : user;
    case "password":
      return recipe?.url === "bare" && service.kind !== "minio" ? "" : password;
    case "name":
      return database;
    case "url":
      return url(service, recipe);
  }
}

function url(service: Service, recipe: Recipe | undefined): string {
  const scheme = service.kind === undefined ? "tcp" : serviceKind(service.kind).scheme;
  const login = recipe?.url === "full" || recipe?.url === "login" ? `${user}:${password}@` : "";
  const path = recipe?.url === "full" ? `/${database}${recipe.query ?? ""}` : "";
  return `${scheme}://${login}${service.name}:${service.port}${path}`;
}

/** How a service is run while developing. */
export function developmentService({ kind }: Service): Pick<Recipe, "env" | "ready" | "run"> {
  return kind === undefined ? {} : recipes[kind];
}

/** Whether a service has a password at all. */
export function hasPassword({ kind }: Service): boolean {
  return Object.values((kind && recipes[kind].env) ?? {}).includes(password);
}

/** What a service says of itself where its password is its own: on a server, a word that stands for it. */
export function connectionWith(own: (service: Service) => string) {
  return (service: Service, part: ConnectionPart): string => {
    const said = connection(service, part);
    if (part === "password") return said === password ? own(service) : said;
    return part === "url" ? said.replace(`:${password}@`, `:${own(service)}@`) : said;
  };
}

/** How a service is run on a server, where its password is its own. */
export function productionService(service: Service, own: string): Pick<Recipe, "env" | "ready" | "run"> {
  const { env, ready, run } = developmentService(service);
  return {
    ...(env
      ? {
          env: Object.fromEntries(
            Object.entries(env).map(([name, value]) => [name, value === password ? own : value]),
          ),
        }
      : {}),
    // a check is seen by all who may look at Docker: it asks without a password, which tells as much
    ...(ready ? { ready: ready.filter((word) => word !== `--password=${password}`) } : {}),
    ...(run ? { run } : {}),
  };
}

/** The variable in which libraries look for a service of that kind. */
export function usualVariable({ kind }: Service): string | undefined {
  return kind === undefined ? undefined : recipes[kind].variable;
}
