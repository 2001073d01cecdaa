import { posix } from "node:path";
import { emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort } from "../note.ts";
import { digData, digText, type Scope, scopeOf } from "../scope.ts";
import { readNode } from "./node.ts";
import type { LanguageRules } from "./rules.ts";

/** An application of an Nx repository: one package.json at the root for all, and a project.json for each. */
export const nx: LanguageRules = {
  manifests: ["project.json"],
  read(scope) {
    const project = scope.json("project.json");
    const root = scopeOf(scope.tree, "");
    if (project === undefined || !root.has("nx.json") || scope.has("package.json")) return undefined;
    if (digText(project, "projectType") === "library") return undefined;
    const above = readNode(root);
    const target = digData(project, "targets", "build");
    const executor = digText(target, "executor") ?? "";
    if (above === undefined || executor === "") return undefined;
    const facts = { ...emptyFacts("node"), ...pick(above) };
    const name = digText(project, "name") ?? posix.basename(scope.dir);
    const output = posix.normalize(
      (digText(target, "options", "outputPath") ?? `dist/${scope.dir}`)
        .replace("{projectRoot}", scope.dir)
        .replace("{workspaceRoot}/", ""),
    );
    const where = { file: scope.full("project.json") };
    facts.build = [`npx nx build ${name} --configuration production`];
    note(facts, "build.run", facts.build[0] ?? "", where, "project.json has the target build");
    facts.dev = { run: `npx nx serve ${name}` };
    const entry = ["src/main.ts", "src/main.js", "src/index.ts", "src/server.ts"].find((path) =>
      scope.has(path),
    );
    if (/next/.test(executor)) {
      setFramework(facts, "next", where, `its executor is ${executor}`);
      addProcess(facts, "web", { run: `next start ${output}`, dir: "" }, where, "Next runs so in production");
      setPort(facts, "web", 3000, where, "Next listens there unless told otherwise");
    } else if (
      /webpack|node|esbuild|swc|js:tsc/.test(executor) &&
      !scope.has("index.html") &&
      !scope.has("src/index.html")
    ) {
      serve(scope, facts, above, entry, output, where);
    } else {
      const isAngular = /angular/.test(executor);
      setFramework(facts, isAngular ? "angular" : "vite", where, `its executor is ${executor}`);
      const folder = /angular:(application)|:application$/.test(executor) ? `${output}/browser` : output;
      addProcess(
        facts,
        "web",
        { serve: folder, fallback: "index.html", dir: "" },
        where,
        "its build leaves static files",
      );
      setPort(facts, "web", 8080, where, "static files are served there");
      setHealth(facts, "web", "/", where, "files that are served answer at their root");
    }
    facts.strength = 85;
    return facts;
  },
};

function pick({ manager, version, install, dependencies, evidence }: Facts): Partial<Facts> {
  return {
    ...(manager === undefined ? {} : { manager }),
    ...(version === undefined ? {} : { version }),
    install: [...install],
    dependencies,
    evidence: evidence.filter(({ path }) => path === "runtime" || path === "build.install"),
  };
}

const servers = ["@nestjs/core", "fastify", "express", "hono", "koa"] as const;

function serve(
  scope: Scope,
  facts: Facts,
  above: Facts,
  entry: string | undefined,
  output: string,
  where: { file: string },
): void {
  const sources = [...(entry === undefined ? [] : [entry]), ...scope.sources(".ts", ".js")];
  const text = sources.map((path) => scope.text(path) ?? "").join("\n");
  const used =
    servers.find((name) => text.includes(name)) ??
    servers.find((name) => above.dependencies.some((one) => one.name === name && !one.dev));
  const name = used?.replace("@nestjs/core", "nest");
  if (name !== undefined) setFramework(facts, name, where, `${used} is among the dependencies`);
  const listening = findListening(scope, sources);
  const web = listening !== undefined || used !== undefined;
  addProcess(
    facts,
    web ? "web" : "worker",
    { run: `node ${output}/main.js`, dir: "" },
    where,
    "its build leaves this program",
  );
  if (!web) return;
  setPort(
    facts,
    "web",
    listening?.port ?? 3000,
    listening ?? where,
    listening === undefined
      ? "Node servers listen there unless told otherwise"
      : `the code says ${listening.text}`,
  );
  const health = findHealth(scope, sources);
  if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
}
