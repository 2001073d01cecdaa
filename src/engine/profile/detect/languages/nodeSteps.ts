import { posix } from "node:path";
import type { Facts } from "../facts.ts";
import { note, setRelease } from "../note.ts";
import { digList, digText, lineOf } from "../scope.ts";
import { flagOf, joinWords } from "../words.ts";
import { nodeFrameworks } from "./nodeFrameworks.ts";
import { manifest, type Package } from "./nodePackage.ts";
import { isDevCommand, type Script, unwrapScript } from "./nodeScripts.ts";

export function decideBuild(own: Package, facts: Facts): void {
  const web = facts.processes.get("web") ?? facts.processes.get("worker");
  const name = ["build:prod", "build:production", "build"].find(
    (one) => own.scripts[one] !== undefined && !/^echo /.test(own.scripts[one] ?? ""),
  );
  if (
    own.all.has("prisma") &&
    own.scope.first("prisma/schema.prisma", "schema.prisma") !== undefined &&
    !/prisma generate/.test(JSON.stringify(own.scripts))
  ) {
    facts.build.push("npx prisma generate");
    note(
      facts,
      "build.run",
      "npx prisma generate",
      { file: own.scope.full(manifest) },
      "no script of package.json makes the Prisma client",
    );
  }
  if (name !== undefined) {
    const command = `${own.manager.run} ${name}`;
    facts.build.push(command);
    note(
      facts,
      "build.run",
      command,
      { file: own.scope.full(manifest), line: lineOf(own.text, `"${name}"`) },
      `package.json has the script "${name}"`,
    );
  } else if (web?.serve !== undefined && facts.framework !== undefined) {
    const command = nodeFrameworks.find((one) => one.name === facts.framework)?.build;
    if (command !== undefined) facts.build.push(command);
  }
}

export function decideDev(own: Package, facts: Facts): void {
  const name = ["dev", "start:dev", "develop", "watch"].find((one) => own.scripts[one] !== undefined);
  const web = facts.processes.get("web") ?? facts.processes.get("worker");
  const started = name ?? (isDevCommand(productionOrStart(own)) ? "start" : undefined);
  if (started !== undefined && web !== undefined) {
    const script = unwrapScript(own, started);
    const simple =
      script !== undefined &&
      script.before.length === 0 &&
      !/^(concurrently|npm-run-all|run-p|turbo|nx)\b/.test(script.command);
    facts.dev.run = simple ? devCommand(script, web.port) : `${own.manager.run} ${started}`;
    note(
      facts,
      "dev.run",
      facts.dev.run,
      { file: own.scope.full(manifest), line: lineOf(own.text, `"${started}"`) },
      `the script "${started}" of package.json is for development`,
    );
  }
  const test = own.scripts.test;
  if (test !== undefined && !/no test specified/.test(test))
    facts.dev.test = own.manager.name === "bun" ? "bun run test" : `${own.manager.name} test`;
  const seed = ["db:seed", "seed", "prisma:seed"].find((one) => own.scripts[one] !== undefined);
  if (seed !== undefined) facts.dev.seed = `${own.manager.run} ${seed}`;
  else if (digText(own.data, "prisma", "seed") !== undefined) facts.dev.seed = "npx prisma db seed";
}

function productionOrStart(own: Package): string {
  return (own.scripts.start === undefined ? undefined : unwrapScript(own, "start")?.command) ?? "";
}

/** Development servers listen on the loopback address and a port of their own, unless told otherwise. */
function devCommand({ command, assigned, words }: Script, port: number | undefined): string {
  const at = port ?? 3000;
  const keep = Object.entries(assigned).filter(([name]) => name !== "PORT" && name !== "HOST");
  const env = keep.map(([name, value]) => `${name}=${value}`);
  const withEnv = (line: string, more: string[] = []) =>
    env.length + more.length === 0 ? line : `env ${[...env, ...more].join(" ")} ${line}`;
  const [program = "", sub = ""] = words;
  const hasHost = flagOf(words, "--host", "-H", "--hostname") !== undefined || words.includes("--host");
  const hasPort = flagOf(words, "--port", "-p") !== undefined;
  const plus = (host: string, portFlag: string) =>
    withEnv(
      `${command.replace(/ --host$/, "")}${hasHost && !/ --host$/.test(command) ? "" : ` ${host}`}${hasPort ? "" : ` ${portFlag} ${at}`}`,
    );
  if (
    program === "vite" ||
    program === "astro" ||
    (program === "react-router" && sub === "dev") ||
    (program === "remix" && sub === "vite:dev") ||
    (program === "nuxt" && sub === "dev") ||
    (program === "nuxi" && sub === "dev") ||
    (program === "ng" && sub === "serve") ||
    (program === "gatsby" && sub === "develop") ||
    program === "docusaurus"
  )
    return plus("--host 0.0.0.0", "--port");
  if (program === "next") return hasPort || at === 3000 ? withEnv(command) : withEnv(`${command} -p ${at}`);
  if (program === "react-scripts") return withEnv(command, ["HOST=0.0.0.0", `PORT=${at}`, "BROWSER=none"]);
  return withEnv(command);
}

/** Migrations: a script made for it, or the tool's own command. */
export function decideRelease(own: Package, facts: Facts): void {
  if (facts.processes.size === 0) return;
  const where = (path: string) => ({ file: own.scope.full(path) });
  const schema = own.scope.first("prisma/schema.prisma", "schema.prisma", "prisma/schema");
  const scripted = [
    "migrate:deploy",
    "db:deploy",
    "db:migrate:deploy",
    "db:migrate:prod",
    "migrate:prod",
    "migration:run:prod",
    "prisma:deploy",
    "prisma:migrate:deploy",
    "migration:run",
    "migrations:run",
    "migrate",
    "db:migrate",
    "migrate:latest",
    "migrate:up",
    "db:push",
  ].find((name) => {
    const line = own.scripts[name];
    return (
      line !== undefined &&
      !/migrate dev|create|generate|revert|rollback/.test(line) &&
      !(name === "db:push" && !/drizzle-kit push/.test(line))
    );
  });
  const uses = (name: string) => own.all.has(name);
  const script = () => `${own.manager.run} ${scripted}`;
  if (
    (uses("prisma") || uses("@prisma/client")) &&
    schema !== undefined &&
    (own.scope.hasFolder("prisma/migrations") || /migrate deploy/.test(JSON.stringify(own.scripts)))
  ) {
    setRelease(facts, "npx prisma migrate deploy", where(schema), "prisma/migrations holds migrations");
  } else if (scripted !== undefined && !/prisma (db push|migrate)/.test(own.scripts[scripted] ?? "")) {
    setRelease(
      facts,
      script(),
      { file: own.scope.full(manifest), line: lineOf(own.text, `"${scripted}"`) },
      `package.json has the script "${scripted}"`,
    );
  } else if (
    uses("drizzle-kit") &&
    own.scope.first("drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs") !== undefined
  ) {
    const config =
      own.scope.first("drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs") ?? manifest;
    const out = /out:\s*["']\.?\/?([\w./-]+)["']/.exec(own.scope.text(config) ?? "")?.[1] ?? "drizzle";
    if (own.scope.hasFolder(posix.normalize(out).replace(/\/$/, "")))
      setRelease(facts, "npx drizzle-kit migrate", where(config), `${out} holds migrations of Drizzle`);
  } else if (
    uses("knex") &&
    own.scope.first("knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs") !== undefined
  ) {
    setRelease(
      facts,
      "npx knex migrate:latest",
      where(own.scope.first("knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs") ?? manifest),
      "a knexfile is there",
    );
  } else if (uses("sequelize-cli") && own.scope.hasFolder("migrations")) {
    setRelease(
      facts,
      "npx sequelize-cli db:migrate",
      where("package.json"),
      "sequelize-cli and a folder migrations are there",
    );
  }
  if (own.manager.name !== "npm" || own.scope.dir === "" || digList(own.data, "workspaces").length > 0)
    return;
}

export function prefixed(words: readonly string[]): string {
  return /^(prisma|drizzle-kit|knex|typeorm|sequelize-cli|sequelize)$/.test(words[0] ?? "")
    ? `npx ${joinWords(words)}`
    : joinWords(words);
}
