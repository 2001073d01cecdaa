import { posix } from "node:path";
import { digText, type Scope } from "../scope.ts";
import { joinWords } from "../words.ts";
import type { Package } from "./nodePackage.ts";
import { isDevCommand, type Script, unwrapScript } from "./nodeScripts.ts";

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

export function startOf(own: Package, script: Script): Start | undefined {
  const [program = "", ...rest] = script.words;
  const env = Object.fromEntries(
    Object.entries(script.assigned).filter(([name]) => name !== "NODE_ENV" && name !== "PORT"),
  );
  if (!runners.test(program)) {
    // Some other program (a CLI of a framework): taken as it is, unless it is one that only serves developers.
    return isDevCommand(script.command) || callsOthers.test(program) || shows.test(script.command)
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
export function fallbackStart(own: Package, script: Script | undefined): Start | undefined {
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

/** Programs that show a library's parts to whoever writes them. */
const shows = /^(storybook|start-storybook|styleguidist|docz|ladle|histoire)\b/;

/** What others import is no application. */
function isLibrary(own: Package, source: string): boolean {
  const starts = own.scripts.start !== undefined && !shows.test(own.scripts.start);
  if (own.data.private === true && starts) return false;
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
    : !runs && !starts && (own.scripts.dev === undefined || shows.test(own.scripts.dev));
}

/** The entry and the files that it imports, nearest first. */
export function importedFrom(scope: Scope, entry: string | undefined): string[] {
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
