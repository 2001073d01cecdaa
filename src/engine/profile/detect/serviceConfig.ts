import type { ServiceKindName } from "../kinds.ts";
import type { Facts } from "./facts.ts";
import { lineOf, type Scope } from "./scope.ts";
import type { Signal } from "./serviceSignal.ts";

type Word = ServiceKindName | "sqlite";
export const words: Readonly<Record<string, Word>> = {
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

export function fromConfig(scope: Scope, facts: Facts): Signal[] {
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
      const text = configText(scope, path);
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
      const text = configText(scope, path);
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

/** What is commented out of a Prisma schema is not what it says. */
function configText(scope: Scope, path: string): string {
  const text = scope.code(path) ?? "";
  return path.endsWith(".prisma") ? text.replace(/\/\/[^\n]*/g, (match) => " ".repeat(match.length)) : text;
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
