/** What a profile may be written in, and what a `runtime:` without a version means. */
export const languages = [
  "node",
  "deno",
  "python",
  "php",
  "go",
  "ruby",
  "java",
  "rust",
  "dotnet",
  "elixir",
  "static",
] as const;

export type Language = (typeof languages)[number];

const titles: Record<Language, string> = {
  node: "Node",
  deno: "Deno",
  python: "Python",
  php: "PHP",
  go: "Go",
  ruby: "Ruby",
  java: "Java",
  rust: "Rust",
  dotnet: ".NET",
  elixir: "Elixir",
  static: "Static files",
};

/** A language as its own people write it. */
export function title(language: Language): string {
  return titles[language];
}

export interface ServiceKind {
  /** Image without its tag, as Docker Hub names it. */
  image: string;
  /** Where clients connect. */
  port: number;
  /** What `kind` without a version means; the image tag. */
  version: string;
  /** Where its data lives in the image; absent = it keeps none. */
  data?: string;
  /** How its `url` begins. */
  scheme: string;
}

/** Services that a profile may name by kind. Versions: supported releases as of 2026-11. */
export const serviceKinds = {
  postgres: {
    image: "postgres",
    port: 5432,
    version: "17",
    data: "/var/lib/postgresql/data",
    scheme: "postgresql",
  },
  pgvector: {
    image: "pgvector/pgvector",
    port: 5432,
    version: "pg17",
    data: "/var/lib/postgresql/data",
    scheme: "postgresql",
  },
  postgis: {
    image: "postgis/postgis",
    port: 5432,
    version: "17-3.5",
    data: "/var/lib/postgresql/data",
    scheme: "postgresql",
  },
  mysql: { image: "mysql", port: 3306, version: "8.4", data: "/var/lib/mysql", scheme: "mysql" },
  mariadb: { image: "mariadb", port: 3306, version: "11.8", data: "/var/lib/mysql", scheme: "mysql" },
  redis: { image: "redis", port: 6379, version: "8", data: "/data", scheme: "redis" },
  valkey: { image: "valkey/valkey", port: 6379, version: "8", data: "/data", scheme: "redis" },
  memcached: { image: "memcached", port: 11211, version: "1.6", scheme: "memcached" },
  mongo: { image: "mongo", port: 27017, version: "8", data: "/data/db", scheme: "mongodb" },
  rabbitmq: { image: "rabbitmq", port: 5672, version: "4", data: "/var/lib/rabbitmq", scheme: "amqp" },
  kafka: {
    image: "apache/kafka",
    port: 9092,
    version: "4.0.0",
    data: "/var/lib/kafka/data",
    scheme: "kafka",
  },
  nats: { image: "nats", port: 4222, version: "2", data: "/data", scheme: "nats" },
  minio: {
    image: "minio/minio",
    port: 9000,
    version: "RELEASE.2025-04-22T22-12-26Z",
    data: "/data",
    scheme: "http",
  },
  elasticsearch: {
    image: "elasticsearch",
    port: 9200,
    version: "8.19.0",
    data: "/usr/share/elasticsearch/data",
    scheme: "http",
  },
  opensearch: {
    image: "opensearchproject/opensearch",
    port: 9200,
    version: "2",
    data: "/usr/share/opensearch/data",
    scheme: "http",
  },
  meilisearch: {
    image: "getmeili/meilisearch",
    port: 7700,
    version: "v1.15",
    data: "/meili_data",
    scheme: "http",
  },
  typesense: { image: "typesense/typesense", port: 8108, version: "28.0", data: "/data", scheme: "http" },
  qdrant: { image: "qdrant/qdrant", port: 6333, version: "v1.14.1", data: "/qdrant/storage", scheme: "http" },
  chroma: { image: "chromadb/chroma", port: 8000, version: "1.0.15", data: "/data", scheme: "http" },
  weaviate: {
    image: "semitechnologies/weaviate",
    port: 8080,
    version: "1.31.0",
    data: "/var/lib/weaviate",
    scheme: "http",
  },
  clickhouse: {
    image: "clickhouse/clickhouse-server",
    port: 8123,
    version: "25.3",
    data: "/var/lib/clickhouse",
    scheme: "http",
  },
  mailpit: { image: "axllent/mailpit", port: 1025, version: "v1.27", scheme: "smtp" },
} as const satisfies Record<string, ServiceKind>;

export type ServiceKindName = keyof typeof serviceKinds;

export const serviceKindNames = Object.keys(serviceKinds) as [ServiceKindName, ...ServiceKindName[]];

/** Data about a kind, with every optional part in the type. */
export function serviceKind(name: ServiceKindName): ServiceKind {
  return serviceKinds[name];
}

export function isServiceKind(text: string): text is ServiceKindName {
  return Object.hasOwn(serviceKinds, text);
}

/** What `${service.part}` in a variable may name. */
export const connectionParts = ["url", "host", "port", "user", "password", "name"] as const;
export type ConnectionPart = (typeof connectionParts)[number];
