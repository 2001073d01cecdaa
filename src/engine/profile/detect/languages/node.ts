import { posix } from "node:path";
import { releasesOf } from "../../releases.ts";
import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { exampleListening, findHealth, findListening, findLoopback, loopbackSays } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { type Data, dig, digData, digList, digText, lineOf, type Scope, scopeOf } from "../scope.ts";
import { type Claim, decideVersion, fileClaims } from "../versions.ts";
import { flagOf, joinWords, portInCommand, splitCommands, unwrapAssignments } from "../words.ts";
import { type NodeFramework, nodeFrameworks } from "./nodeFrameworks.ts";
import { decideManager, type Manager } from "./nodeManager.ts";

export const manifest = "package.json";

interface Package {
  scope: Scope;
  data: Data;
  text: string;
  scripts: Record<string, string>;
  manager: Manager;
  dependencies: Dependency[];
  main: Set<string>;
  all: Set<string>;
}

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

interface Script {
  name: string;
  /** What is run in the end, without the package manager and without assignments. */
  command: string;
  words: string[];
  /** What goes before it in the same script: `prisma migrate deploy && node …`. */
  before: string[];
  assigned: Record<string, string>;
  where: { file: string; line: number };
  because: string;
}

const startNames = ["start:prod", "start:production", "prod", "production", "serve:prod", "start", "serve"];

function productionScript(own: Package): Script | undefined {
  const named = startNames.flatMap((name) =>
    own.scripts[name] === undefined ? [] : [unwrapScript(own, name)],
  );
  const usable = named.filter((script) => script !== undefined);
  return usable.find(({ command }) => !isDevCommand(command)) ?? usable.find(({ name }) => name === "start");
}

/** Follows `npm run x`, takes off wrappers, and keeps the last command of a chain. */
function unwrapScript(own: Package, name: string, seen: readonly string[] = []): Script | undefined {
  const line = own.scripts[name];
  if (line === undefined || seen.includes(name)) return undefined;
  const commands = splitCommands(line);
  const last = commands.at(-1);
  if (last === undefined) return undefined;
  const { assigned, rest } = unwrapAssignments(last);
  const before = commands.slice(0, -1).map(joinWords);
  const next = scriptName(rest, own.scripts);
  const followed = next === undefined ? undefined : unwrapScript(own, next, [...seen, name]);
  const where = { file: own.scope.full(manifest), line: lineOf(own.text, `"${name}"`) };
  if (followed !== undefined) {
    return {
      ...followed,
      name,
      before: [...before, ...followed.before],
      assigned: { ...assigned, ...followed.assigned },
      where,
      because: `the script "${name}" of package.json comes down to it`,
    };
  }
  return {
    name,
    command: joinWords(rest),
    words: rest,
    before,
    assigned,
    where,
    because: `the script "${name}" of package.json runs it`,
  };
}

function scriptName(words: readonly string[], scripts: Readonly<Record<string, string>>): string | undefined {
  const [program = "", first = "", second = ""] = words;
  if (!/^(npm|pnpm|yarn|bun)$/.test(program)) return undefined;
  const skipFlags = words.slice(1).filter((word) => !word.startsWith("-"));
  if (/^run(-script)?$/.test(first) || first.startsWith("-")) {
    const name = skipFlags.find((word) => !/^run(-script)?$/.test(word)) ?? second;
    return scripts[name] === undefined ? undefined : name;
  }
  return scripts[first] !== undefined && !(program === "bun" && /\./.test(first)) ? first : undefined;
}

function isDevCommand(command: string): boolean {
  return /^(nodemon|ts-node-dev|tsnd|vite(?! preview)|next dev|nuxt dev|nuxi dev|astro dev|ng serve|react-scripts start|webpack(-dev-server| serve)|parcel|nest start( --watch| --debug|$)|remix dev|react-router dev|gatsby develop|expo|docusaurus start|eleventy --serve|vue-cli-service serve|turbo|nx|lerna|concurrently|npm-run-all|run-p|wrangler dev|serve |http-server|live-server|storybook|electron)|--watch\b|\bwatch\b|--inspect|--hot\b/.test(
    command,
  );
}

function runsFramework(command: string, framework: NodeFramework | undefined): boolean {
  return framework?.commands?.some((pattern) => pattern.test(command)) ?? false;
}

/** A server of one's own: what starts it, where its source is, on which port. */
function decideServer(
  own: Package,
  framework: NodeFramework | undefined,
  script: Script | undefined,
  facts: Facts,
): void {
  const started = script !== undefined && !isStaticScript(script.command) ? startOf(own, script) : undefined;
  const found = started ?? fallbackStart(own, script);
  if (found === undefined) return;
  const files = importedFrom(own.scope, found.source);
  const listening = findListening(own.scope, [
    ...files,
    ...own.scope
      .sources(".ts", ".js", ".mjs", ".cjs")
      .filter((path) => /server|main|app|index|config|env/i.test(path) && !files.includes(path)),
  ]);
  const server = framework?.server === true || listening !== undefined || serves(own, files);
  const name = server ? "web" : "worker";
  addProcess(
    facts,
    name,
    { run: found.run, ...(Object.keys(found.env).length > 0 ? { env: found.env } : {}) },
    found.where,
    found.because,
  );
  if (found.source !== undefined) facts.entry = found.source;
  facts.strength = script !== undefined || framework?.server ? 80 : 45;
  if (script?.before.some((line) => /migrat|db push/.test(line))) {
    const migrate = script.before.find((line) => /migrat|db push/.test(line)) ?? "";
    const { rest } = unwrapAssignments(splitCommands(migrate)[0] ?? []);
    const named = scriptName(rest, own.scripts);
    setRelease(
      facts,
      named === undefined ? prefixed(rest) : migrate,
      script.where,
      `the script "${script.name}" runs it before it starts`,
    );
  }
  if (!server) return;
  const loopback = findLoopback(own.scope, files);
  const told = listening ?? exampleListening(own.scope);
  const inCommand = portInCommand(found.run) ?? portOf(script?.assigned.PORT);
  if (inCommand !== undefined) setPort(facts, "web", inCommand, found.where, "the start command says so");
  else if (told !== undefined) setPort(facts, "web", told.port, told, `${told.file} says ${told.text}`);
  else
    setPort(
      facts,
      "web",
      framework?.port ?? 3000,
      found.where,
      `${framework?.name ?? "Node servers"} listen there unless told otherwise`,
    );
  if (listening === undefined && inCommand === undefined && readsPort(own.scope, files))
    facts.env.PORT = String(framework?.port ?? 3000);
  const port = facts.processes.get("web")?.port;
  if (loopback !== undefined && port !== undefined)
    note(facts, "processes.web.port", port, loopback, loopbackSays(loopback));
  const health = findHealth(
    own.scope,
    files.length > 0 ? [...files, ...own.scope.sources(".ts", ".js")] : own.scope.sources(".ts", ".js"),
  );
  if (health !== undefined)
    setHealth(facts, "web", nestPrefix(own, health.path), health, `${health.file} answers there`);
}

function nestPrefix(own: Package, path: string): string {
  if (!own.all.has("@nestjs/core") || path.startsWith("/api")) return path;
  const prefix = /setGlobalPrefix\(\s*["']\/?([\w/-]+)["']/.exec(own.scope.text("src/main.ts") ?? "")?.[1];
  return prefix === undefined ? path : `/${prefix}${path}`;
}

function portOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{2,5}$/.test(text) ? Number(text) : undefined;
}

function readsPort(scope: Scope, files: readonly string[]): boolean {
  return files.some((path) => /env(\.|\[["'])PORT\b/.test(scope.text(path) ?? ""));
}

function serves(own: Package, files: readonly string[]): boolean {
  return files.some((path) =>
    /createServer\(|\.listen\(|Bun\.serve|Deno\.serve|serve\(/.test(own.scope.text(path) ?? ""),
  );
}

function isStaticScript(command: string): boolean {
  return /^(serve|http-server|vite preview|live-server|react-scripts start)\b/.test(command);
}

interface Start {
  run: string;
  /** The source that it comes from, where that is known. */
  source: string | undefined;
  env: Record<string, string>;
  where: { file: string; line?: number };
  because: string;
}

const runners =
  /^(node|bun|tsx|ts-node|ts-node-esm|deno|nodemon|ts-node-dev|tsnd|babel-node|sucrase-node|node-dev|pm2|pm2-runtime|forever)$/;

function startOf(own: Package, script: Script): Start | undefined {
  const [program = "", ...rest] = script.words;
  const env = Object.fromEntries(
    Object.entries(script.assigned).filter(([name]) => name !== "NODE_ENV" && name !== "PORT"),
  );
  if (!runners.test(program)) {
    // Some other program (a CLI of a framework): taken as it is, unless it is one that only serves developers.
    return isDevCommand(script.command) || callsOthers.test(program)
      ? undefined
      : { run: script.command, source: guessSource(own), env, where: script.where, because: script.because };
  }
  const target = rest.find(
    (word, index) =>
      isFileWord(word) &&
      !/^(-r|--require|--import|--loader|--env-file|-P|--project|--ext|--watch|-e|--exec)$/.test(
        rest[index - 1] ?? "",
      ),
  );
  if (target === undefined) return undefined;
  const source = sourceOf(own, target);
  if (source === undefined) return undefined;
  const run = productionWords(own, program, rest, target, source);
  const because =
    run === script.command
      ? script.because
      : `${script.because.replace(/ (runs|comes down to) it$/, "")} says ${script.command}, which is for development`;
  return { run, source: source.path, env, where: script.where, because };
}

/** Programs that only start something else, which is not known to be here. */
const callsOthers = /^(npm|pnpm|yarn|bunx|npx|make|just|docker|docker-compose|run-s|wait-on|electron|open)$/;

function isFileWord(word: string): boolean {
  return (
    !word.startsWith("-") &&
    (/\.[cm]?[jt]sx?$/.test(word) || /^\.{0,2}\/?[\w@-]+(\/[\w@.-]+)*$/.test(word)) &&
    !/^(run|start|exec)$/.test(word)
  );
}

/** What a development runner would run, as production runs it. */
function productionWords(
  own: Package,
  program: string,
  rest: string[],
  target: string,
  source: Source,
): string {
  switch (program) {
    case "nodemon":
    case "node-dev":
    case "forever":
    case "pm2":
    case "pm2-runtime":
    case "ts-node-dev":
    case "tsnd": {
      if (/\.[cm]?js$/.test(source.path)) return `node ${target}`;
      const built = builtFrom(own, source.path);
      if (built !== undefined) return `node ${built}`;
      return own.all.has("tsx")
        ? `tsx ${source.path}`
        : own.all.has("ts-node")
          ? `ts-node ${source.path}`
          : `node ${source.path}`;
    }
    default: {
      const kept = rest.filter(
        (word) => !/^--(watch|hot|inspect.*|clear-screen=false)$/.test(word) && word !== "watch",
      );
      return joinWords([program, ...kept]);
    }
  }
}

interface Source {
  path: string;
}

/** The source of a file that a start command names: itself, or what is compiled to it. Undefined = it cannot exist. */
function sourceOf(own: Package, target: string): Source | undefined {
  const path = posix.normalize(target).replace(/^\.\//, "");
  for (const candidate of withEndings(path)) if (own.scope.has(candidate)) return { path: candidate };
  const { out, root } = compilerFolders(own);
  const outputs = [out, "dist", "build", "lib", "out", ".output"].filter((folder) => folder !== undefined);
  for (const folder of outputs) {
    if (path !== folder && !path.startsWith(`${folder}/`)) continue;
    const inside = path.slice(folder.length + 1) || "index";
    for (const from of [root, "src", "", "server", "app"]) {
      if (from === undefined) continue;
      for (const candidate of withEndings(posix.join(from, inside)))
        if (own.scope.has(candidate)) return { path: candidate };
    }
    // A bundler may name its output as it likes: some build must make it.
    if (own.scripts.build !== undefined) return { path: guessSource(own) ?? path };
  }
  return undefined;
}

function withEndings(path: string): string[] {
  const bare = path.replace(/\.[cm]?js$/, "");
  return [
    path,
    ...[".ts", ".js", ".mts", ".mjs", ".cjs", ".cts", ".tsx", ".jsx"].map((ending) => bare + ending),
    ...[".ts", ".js", ".mjs"].map((ending) => `${bare}/index${ending}`),
  ];
}

function compilerFolders(own: Package): { out?: string; root?: string } {
  const config = own.scope.json("tsconfig.build.json") ?? own.scope.json("tsconfig.json");
  const base = own.scope.json("tsconfig.json");
  const out = digText(config, "compilerOptions", "outDir") ?? digText(base, "compilerOptions", "outDir");
  const root = digText(config, "compilerOptions", "rootDir") ?? digText(base, "compilerOptions", "rootDir");
  const tidy = (path: string) => posix.normalize(path).replace(/^\.\/|\/$/g, "");
  return {
    ...(out === undefined ? {} : { out: tidy(out) }),
    ...(root === undefined ? {} : { root: tidy(root) }),
  };
}

/** Where the compiler puts a source, if there is a build. */
function builtFrom(own: Package, source: string): string | undefined {
  const build = own.scripts.build ?? "";
  const { out, root } = compilerFolders(own);
  const bundled = /(tsup|esbuild|ncc|rollup|unbuild|tsdown|pkgroll|bun build|swc|babel|webpack)/.test(build);
  if (!/\btsc\b|nest build|tsup|tsdown|swc|babel|esbuild|unbuild/.test(build)) return undefined;
  const folder =
    out ?? /(?:-d|--out-dir|--outDir|--outdir=?)[ =](\S+)/.exec(build)?.[1] ?? (bundled ? "dist" : undefined);
  if (folder === undefined) return source.replace(/\.tsx?$/, ".js");
  const inside =
    bundled && !/swc|babel/.test(build)
      ? posix.basename(source)
      : root === undefined || root === "."
        ? source.replace(/^src\//, "")
        : posix.relative(root, source);
  return posix.join(folder, inside).replace(/\.[cm]?tsx?$/, ".js");
}

const entryNames = [
  "src/main",
  "src/index",
  "src/server",
  "src/app",
  "index",
  "server",
  "app",
  "main",
  "src/worker",
  "worker",
  "bot",
  "src/bot",
  "server/index",
  "api/index",
  "bin/www",
  "backend/server",
  "server/server",
];

function guessSource(own: Package): string | undefined {
  const main = digText(own.data, "main") ?? digText(own.data, "module");
  if (main !== undefined)
    for (const path of withEndings(posix.normalize(main))) if (own.scope.has(path)) return path;
  for (const name of entryNames)
    for (const ending of [".ts", ".js", ".mjs", ".cjs", ".mts", ".tsx"])
      if (own.scope.has(name + ending) && own.scope.owns(name + ending)) return name + ending;
  return own.scope.has("bin/www") ? "bin/www" : undefined;
}

/** No start script, or one for developers: `main`, or the entry that people usually write. */
function fallbackStart(own: Package, script: Script | undefined): Start | undefined {
  const dev = own.scripts.dev === undefined ? undefined : unwrapScript(own, "dev");
  const from = [script, dev].find((one) => one !== undefined && runners.test(one.words[0] ?? ""));
  const tried = from === undefined ? undefined : startOf(own, from);
  if (tried !== undefined) return tried;
  const source = guessSource(own);
  if (source === undefined || isLibrary(own, source)) return undefined;
  const where = { file: own.scope.full(source) };
  const typed = /\.[cm]?tsx?$/.test(source);
  const built = typed ? builtFrom(own, source) : undefined;
  const run =
    built !== undefined
      ? `node ${built}`
      : typed && own.manager.name === "bun"
        ? `bun run ${source}`
        : typed && own.all.has("tsx")
          ? `tsx ${source}`
          : typed && own.all.has("ts-node")
            ? `ts-node ${source}`
            : `node ${source}`;
  return { run, source, env: {}, where, because: `no script starts it, and ${source} is where it begins` };
}

/** What others import is no application. */
function isLibrary(own: Package, source: string): boolean {
  if (own.data.private === true && own.scripts.start !== undefined) return false;
  const published =
    own.data.exports !== undefined ||
    own.data.types !== undefined ||
    own.data.typings !== undefined ||
    own.data.files !== undefined ||
    own.data.bin !== undefined ||
    own.data.peerDependencies !== undefined;
  const text = own.scope.text(source) ?? "";
  const runs =
    /\.listen\(|createServer\(|serve\(|\.login\(|new Worker\(|\.launch\(|process\.on\(|cron\.schedule|setInterval\(|\.subscribe\(/.test(
      text,
    );
  return published
    ? !runs || own.data.exports !== undefined
    : !runs && own.scripts.start === undefined && own.scripts.dev === undefined;
}

/** The entry and the files that it imports, nearest first. */
function importedFrom(scope: Scope, entry: string | undefined): string[] {
  if (entry === undefined || !scope.has(entry)) return [];
  const found = [entry];
  for (let index = 0; index < found.length && found.length < 80; index++) {
    const path = found[index] ?? "";
    const text = scope.text(path) ?? "";
    for (const [, said = ""] of text.matchAll(
      /(?:from\s+|require\(\s*|import\(\s*|import\s+)["']((?:\.{1,2}|@|~|src)\/[^"']+|\.{1,2})["']/g,
    )) {
      const base = said.startsWith(".")
        ? posix.join(posix.dirname(path), said)
        : posix.join("src", said.replace(/^(@|~|src)\//, ""));
      const file = withEndings(base).find(
        (candidate) => scope.has(candidate) && /\.[cm]?[jt]sx?$/.test(candidate),
      );
      if (file !== undefined && !found.includes(file)) found.push(file);
    }
  }
  return found;
}

function decideBuild(own: Package, facts: Facts): void {
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

function decideDev(own: Package, facts: Facts): void {
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
function decideRelease(own: Package, facts: Facts): void {
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

function prefixed(words: readonly string[]): string {
  return /^(prisma|drizzle-kit|knex|typeorm|sequelize-cli|sequelize)$/.test(words[0] ?? "")
    ? `npx ${joinWords(words)}`
    : joinWords(words);
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
