import { releasesOf } from "../../releases.ts";
import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort } from "../note.ts";
import { type Data, dig, digData, digList, digText, lineOf, type Scope, scopeOf } from "../scope.ts";
import { type Claim, decideVersion, fileClaims } from "../versions.ts";
import { portInCommand } from "../words.ts";
import { type NodeFramework, nodeFrameworks } from "./nodeFrameworks.ts";
import { decideManager } from "./nodeManager.ts";
import { manifest, type Package } from "./nodePackage.ts";
import { isDevCommand, productionScript } from "./nodeScripts.ts";
import { decideServer } from "./nodeServer.ts";
import { decideBuild, decideDev, decideRelease } from "./nodeSteps.ts";

export function readNode(scope: Scope): Facts | undefined {
  const text = scope.text(manifest);
  const data = scope.json(manifest);
  if (text === undefined || data === undefined) return undefined;
  const facts = emptyFacts("node");
  const dependencies = nodeDependencies(scope, data, text);
  const manager = decideManager(scope, data, facts);
  const own: Package = {
    scope,
    data,
    text,
    scripts: Object.fromEntries(
      Object.entries(digData(data, "scripts")).filter(
        (pair): pair is [string, string] => typeof pair[1] === "string",
      ),
    ),
    manager,
    dependencies,
    main: new Set(dependencies.filter(({ dev }) => !dev).map(({ name }) => name)),
    all: new Set(dependencies.map(({ name }) => name)),
  };
  facts.manager = manager.name;
  facts.dependencies = dependencies;
  facts.install = [manager.install];
  note(facts, "build.install", manager.install, manager.where, manager.because);
  const { version, evidence } = decideVersion(scope, "node", {
    files: fileClaims(scope, ".nvmrc", ".node-version"),
    manifest: engineClaims(scope, data, text),
    words: ltsName,
  });
  facts.version = version;
  facts.evidence.push(evidence);
  // An application for phones is built for their shops, not put on a server.
  if (own.main.has("expo") || own.main.has("react-native")) return facts;
  const after = decideApplication(own, facts);
  decideBuild(own, facts);
  facts.build.push(...after);
  decideDev(own, facts);
  decideRelease(own, facts);
  return facts;
}

function engineClaims(scope: Scope, data: Data, text: string): Claim[] {
  const found: [string, string | undefined][] = [
    ["volta", digText(data, "volta", "node")],
    ["devEngines", digText(data, "devEngines", "runtime", "version")],
    ["engines", digText(data, "engines", "node")],
  ];
  const own = found.flatMap(([key, said]) =>
    said === undefined
      ? []
      : [
          {
            text: said,
            file: scope.full(manifest),
            line: lineOf(text, new RegExp(`"${key}"`)),
            says: `${key}${key === "engines" ? ".node" : ""} in package.json asks for ${said}`,
          },
        ],
  );
  if (own.length > 0 || scope.dir === "") return own;
  // In a workspace the root speaks for all.
  const root = scopeOf(scope.tree, "");
  const above = root.json(manifest);
  return above === undefined ? [] : engineClaims(root, above, root.text(manifest) ?? "");
}

const lts: Record<string, string> = {
  argon: "4",
  boron: "6",
  carbon: "8",
  dubnium: "10",
  erbium: "12",
  fermium: "14",
  gallium: "16",
  hydrogen: "18",
  iron: "20",
  jod: "22",
  krypton: "24",
};

function ltsName(text: string): string | undefined {
  const { usual, supported } = releasesOf("node");
  if (text === "lts/*" || text === "lts") return usual;
  if (text === "node" || text === "latest" || text === "current") return supported.at(-1);
  return text.startsWith("lts/") ? lts[text.slice(4)] : undefined;
}

export function nodeDependencies(scope: Scope, data: Data, text: string): Dependency[] {
  const read = (group: string, dev: boolean): Dependency[] =>
    Object.entries(digData(data, group)).map(([name, version]) => ({
      name,
      extras: [],
      dev,
      ...(typeof version === "string" ? { version } : {}),
      file: scope.full(manifest),
      line: lineOf(text, `"${name}"`),
    }));
  return [
    ...read("dependencies", false),
    ...read("optionalDependencies", false),
    ...read("devDependencies", true),
  ];
}

/** Which framework it is, what runs in production, and whether it is an application at all. Hands over steps that follow the build. */
function decideApplication(own: Package, facts: Facts): string[] {
  const framework = chooseFramework(own);
  if (framework !== undefined) {
    const from = own.dependencies.find(({ name }) => framework.packages.includes(name));
    const because = `package.json depends on ${from?.name ?? framework.name}`;
    setFramework(facts, framework.name, from ?? { file: own.scope.full(manifest) }, because);
  }
  const planned = framework?.plan({ ...own, has: (name) => own.all.has(name) });
  const production = productionScript(own);
  const customStart =
    production !== undefined &&
    !isDevCommand(production.command) &&
    !runsFramework(production.command, framework);
  if (planned !== undefined && !(customStart && planned.process.serve === undefined)) {
    addProcess(facts, "web", { ...planned.process }, planned.where, planned.because);
    Object.assign(facts.buildEnv, planned.buildEnv);
    for (const [name, value] of Object.entries(planned.env ?? {})) facts.env[name] = value;
    if (planned.question !== undefined) facts.questions.push(planned.question);
    const said =
      production === undefined || planned.process.serve !== undefined
        ? undefined
        : portInCommand(production.command);
    const program = planned.process.run?.split(" ")[0];
    const scripted =
      production !== undefined &&
      program !== undefined &&
      program !== "node" &&
      production.words[0] === program;
    if (scripted)
      addProcess(
        facts,
        "web",
        { ...planned.process, run: production.command },
        production.where,
        production.because,
      );
    if (said !== undefined && !scripted) facts.env.PORT = String(said);
    planned.build?.forEach((step) => {
      note(facts, "build.run", step, planned.where, planned.because);
    });
    const port = said ?? planned.port;
    const from = said === undefined ? planned.where : (production?.where ?? planned.where);
    setPort(
      facts,
      "web",
      port,
      from,
      said === undefined ? planned.portBecause : `the start script says port ${said}`,
    );
    if (planned.health !== undefined)
      setHealth(facts, "web", planned.health, planned.where, "files that are served answer at their root");
    facts.strength = 90;
    const health = findHealth(
      own.scope,
      own.scope.sources(".ts", ".js", ".tsx").filter((path) => /server|api|routes/.test(path)),
    );
    const file = own.scope.first(...healthFiles);
    if (planned.process.serve === undefined && file !== undefined) {
      setHealth(facts, "web", routeOf(file), { file: own.scope.full(file) }, `${file} answers there`);
    } else if (planned.process.serve === undefined && health !== undefined) {
      setHealth(facts, "web", health.path, health, `${health.file} answers there`);
    }
    return planned.build ?? [];
  }
  decideServer(own, framework, production, facts);
  return [];
}

/** Files that are routes by where they stand. */
const healthFiles = [
  "app/api/health/route.ts",
  "app/api/health/route.js",
  "src/app/api/health/route.ts",
  "app/api/healthz/route.ts",
  "src/app/api/healthz/route.ts",
  "pages/api/health.ts",
  "pages/api/health.js",
  "src/pages/api/health.ts",
  "server/api/health.ts",
  "server/api/health.get.ts",
  "server/routes/health.ts",
  "server/routes/healthz.ts",
  "src/routes/health/+server.ts",
  "src/routes/healthz/+server.ts",
  "src/routes/api/health/+server.ts",
  "src/pages/health.ts",
  "app/health/route.ts",
  "app/healthz/route.ts",
  "src/app/healthz/route.ts",
  "src/app/health/route.ts",
  "app/routes/health.ts",
  "app/routes/healthz.ts",
  "app/routes/healthcheck.tsx",
];

function routeOf(file: string): string {
  const path = file
    .replace(/^src\//, "")
    .replace(/^(app|pages|routes|server\/routes|server)\//, "")
    .replace(/^routes\//, "")
    .replace(/(\/route|\/\+server|\.get)?\.\w+$/, "")
    .replace(/\.get$/, "");
  return `/${path}`;
}

function chooseFramework(own: Package): NodeFramework | undefined {
  const start = productionScript(own)?.command ?? "";
  const candidates = nodeFrameworks.flatMap((framework) => {
    const found = framework.packages.filter((name) => own.all.has(name));
    if (
      found.length === 0 ||
      (framework.when !== undefined && !framework.when({ ...own, has: (name) => own.all.has(name) }))
    )
      return [];
    let score = framework.weight;
    if (found.some((name) => own.main.has(name))) score += 2;
    // A server framework is what runs only where something starts a server.
    if (framework.server && /\b(vite|ng|react-scripts|next|nuxt|astro|gatsby)\b/.test(start)) score -= 6;
    return [{ framework, score }];
  });
  return candidates.sort((a, b) => b.score - a.score)[0]?.framework;
}

function runsFramework(command: string, framework: NodeFramework | undefined): boolean {
  return framework?.commands?.some((pattern) => pattern.test(command)) ?? false;
}

export function workspaceGlobs(scope: Scope): string[] {
  const said = dig(scope.json(manifest), "workspaces");
  const own = Array.isArray(said) ? said : digList(said, "packages");
  return [
    ...own,
    ...digList(scope.yaml("pnpm-workspace.yaml"), "packages"),
    ...digList(scope.json("lerna.json"), "packages"),
  ].filter((glob): glob is string => typeof glob === "string");
}
