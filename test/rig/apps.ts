// What the rig knows of the sample applications in test/apps, which know nothing of us.

export interface AppService {
  image: string;
  env?: Readonly<Record<string, string>>;
  /** Succeeds inside the service as soon as it can be used. */
  ready: readonly string[];
}

export interface App {
  name: string;
  /** The image its commands run in. */
  image: string;
  services: Readonly<Record<string, AppService>>;
  env: Readonly<Record<string, string>>;
  /** Files that the installation needs; the rest comes after it, so that it is cached. */
  manifests: readonly string[];
  install?: string;
  build?: string;
  migrate?: string;
  test: string;
  /** The processes, the one that is asked first. */
  start: readonly [string, ...string[]];
  port: number;
  /** A path and what its answer holds. */
  answers: Readonly<Record<string, RegExp>>;
}

const postgres = (name: string, image = "postgres:17"): AppService => ({
  image,
  env: { POSTGRES_USER: name, POSTGRES_PASSWORD: name, POSTGRES_DB: name },
  ready: ["pg_isready", "--host", "127.0.0.1", "--username", name, "--dbname", name],
});
const redis: AppService = { image: "redis:8", ready: ["redis-cli", "ping"] };

export const apps: readonly App[] = [
  {
    name: "express-tasks",
    image: "node:22",
    services: { db: postgres("tasks") },
    env: { DATABASE_URL: "postgres://tasks:tasks@db:5432/tasks" },
    manifests: ["package.json", "package-lock.json"],
    install: "npm ci",
    migrate: "npm run migrate",
    test: "npm test",
    start: ["node src/server.js"],
    port: 3000,
    answers: { "/": /<h1>Tasks/, "/healthz": /"ok":true/ },
  },
  {
    name: "go-links",
    image: "golang:1.26",
    services: { db: postgres("links") },
    env: { DATABASE_URL: "postgres://links:links@db:5432/links" },
    manifests: ["go.mod", "go.sum"],
    install: "go mod download",
    build: "go build -o /usr/local/bin/links .",
    test: "go test ./...",
    start: ["/usr/local/bin/links"],
    port: 8080,
    answers: { "/": /<h1>Links/, "/healthz": /ok/ },
  },
  {
    name: "next-board",
    image: "node:24",
    services: { db: postgres("board") },
    env: { DATABASE_URL: "postgres://board:board@db:5432/board", NEXT_TELEMETRY_DISABLED: "1" },
    manifests: ["package.json"],
    install: "npm install",
    build: "npx next build",
    migrate: "npm run migrate",
    test: "npm test",
    start: ["npx next start"],
    port: 3000,
    answers: { "/": /<h1>Board/, "/api/posts": /^\[/ },
  },
  {
    name: "pnpm-shop",
    image: "node:22",
    services: { cache: redis },
    env: { REDIS_URL: "redis://cache:6379", HOST: "0.0.0.0" },
    manifests: [
      ...["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "apps/api/package.json"],
      ...["apps/web/package.json", "packages/prices/package.json"],
    ],
    install: "npm install --global pnpm@10.12.1 && pnpm install --frozen-lockfile",
    build: "pnpm build",
    test: "pnpm test",
    start: ["node apps/api/src/server.js"],
    port: 4000,
    answers: { "/health": /PONG/, "/api/products": /12\.50 €/ },
  },
  {
    name: "static-site",
    image: "caddy:2",
    services: {},
    env: {},
    manifests: [],
    test: "sh check-links.sh",
    start: ["caddy file-server --listen :8080"],
    port: 8080,
    answers: { "/": /Harbour Café/, "/assets/style.css": /h1/ },
  },
];
