import { posix } from "node:path";
import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening, findLoopback, loopbackSays } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { lineOf, type Scope } from "../scope.ts";
import { type Claim, decideVersion, fileClaims } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";

const frameworks: readonly (readonly [module: string, name: string, port: number])[] = [
  ["github.com/gin-gonic/gin", "gin", 8080],
  ["github.com/labstack/echo", "echo", 8080],
  ["github.com/gofiber/fiber", "fiber", 3000],
  ["github.com/go-chi/chi", "chi", 8080],
  ["github.com/beego/beego", "beego", 8080],
  ["github.com/kataras/iris", "iris", 8080],
  ["github.com/gorilla/mux", "gorilla", 8080],
];

export const go: LanguageRules = {
  manifests: ["go.mod", "main.go"],
  read(scope) {
    const text = scope.text("go.mod");
    if (text === undefined && (!scope.has("main.go") || scope.dir !== "")) return undefined;
    const facts = emptyFacts("go");
    facts.manager = "go";
    facts.dependencies = text === undefined ? [] : readModule(scope, text);
    const where = { file: scope.full("go.mod") };
    if (text !== undefined) {
      facts.install = ["go mod download"];
      note(facts, "build.install", "go mod download", where, "go.mod is there");
    }
    const { version, evidence } = decideVersion(scope, "go", {
      files: fileClaims(scope, ".go-version"),
      manifest: moduleClaims(scope, text),
    });
    facts.version = version;
    facts.evidence.push(evidence);
    const programs = findPrograms(scope, text);
    const [main] = programs;
    if (main === undefined) return facts;
    const found = frameworks.find(([module]) =>
      facts.dependencies.some(({ name, dev }) => !dev && name.startsWith(module)),
    );
    if (found !== undefined)
      setFramework(
        facts,
        found[1],
        facts.dependencies.find(({ name }) => name.startsWith(found[0])) ?? where,
        `go.mod names ${found[0]}`,
      );
    facts.entry = main.file;
    const files = [...main.files, ...scope.sources(".go").filter((path) => !main.files.includes(path))];
    const listening = findListening(scope, files);
    const web =
      found !== undefined ||
      listening !== undefined ||
      files.some((path) => /net\/http"[\s\S]*ListenAndServe|\.Serve\(/.test(scope.text(path) ?? ""));
    addProgram(scope, facts, web ? "web" : "worker", main);
    facts.strength = web ? 85 : 45;
    if (web) {
      const port = listening?.port ?? found?.[2] ?? 8080;
      setPort(
        facts,
        "web",
        port,
        listening ?? { file: scope.full(main.file) },
        listening === undefined ? "Go servers mostly listen there" : `the code says ${listening.text}`,
      );
      const loopback = findLoopback(scope, main.files);
      if (loopback !== undefined) note(facts, "processes.web.port", port, loopback, loopbackSays(loopback));
      const health = findHealth(scope, files);
      if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
    }
    for (const other of programs.slice(1))
      if (/(^|[-_])(worker|consumer|scheduler|cron|queue|jobs?)$/.test(other.name))
        addProgram(scope, facts, /sched|cron/.test(other.name) ? "scheduler" : "worker", other);
    decideRelease(scope, facts, programs);
    facts.dev.test = "go test ./...";
    facts.dev.run = `go run ${main.folder === "" ? "." : `./${main.folder}`}`;
    if (facts.dependencies.some(({ name }) => /mattn\/go-sqlite3|confluent-kafka-go/.test(name)))
      facts.buildPackages.push("build-essential");
    return facts;
  },
};

function readModule(scope: Scope, text: string): Dependency[] {
  const found: Dependency[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, name, , comment] =
      /^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/[^\s]+)\s+(v[^\s]+)\s*(\/\/.*)?$/.exec(line) ?? [];
    if (name === undefined || /^\s*(replace|exclude|module)\b/.test(line) || line.includes("=>")) continue;
    // What others need is in the list too, marked as such.
    found.push({
      name: name.replace(/\/v\d+$/, ""),
      extras: [],
      dev: /indirect/.test(comment ?? ""),
      file: scope.full("go.mod"),
      line: index + 1,
    });
  }
  return found;
}

function moduleClaims(scope: Scope, text: string | undefined): Claim[] {
  if (text === undefined) return [];
  const toolchain = /^toolchain\s+go([\d.]+)/m.exec(text)?.[1];
  const version = /^go\s+([\d.]+)/m.exec(text)?.[1];
  const claim = (said: string, key: string): Claim => ({
    text: said,
    file: scope.full("go.mod"),
    line: lineOf(text, new RegExp(`^${key}\\s`, "m")),
    says: `go.mod says ${key} ${said}`,
  });
  return [
    ...(toolchain === undefined ? [] : [claim(toolchain, "toolchain")]),
    ...(version === undefined ? [] : [claim(version, "go")]),
  ];
}

interface Program {
  name: string;
  folder: string;
  file: string;
  files: string[];
  score: number;
}

/** Every folder with `package main` and `func main`, likeliest first. */
function findPrograms(scope: Scope, module: string | undefined): Program[] {
  const own = posix.basename(
    (/^module\s+(\S+)/m.exec(module ?? "")?.[1] ?? scope.dir).replace(/\/v\d+$/, ""),
  );
  const hints = ["Dockerfile", "Makefile", ".goreleaser.yml", ".goreleaser.yaml", "Procfile"]
    .map((name) => scope.text(name) ?? "")
    .join("\n");
  const folders = new Map<string, string[]>();
  for (const path of scope.sources(".go")) {
    const folder = posix.dirname(path) === "." ? "" : posix.dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const programs: Program[] = [];
  for (const [folder, files] of folders) {
    const text = (path: string) => scope.text(path) ?? "";
    const entry = files.find(
      (path) =>
        /^package main\b/m.test(text(path)) &&
        /^func main\(\)/m.test(text(path)) &&
        !/^\/\/go:build\s+ignore/m.test(text(path)),
    );
    if (
      entry === undefined ||
      scope.has(posix.join(folder, "go.mod")) !== (folder === "" && module !== undefined)
    ) {
      if (entry === undefined || folder !== "") {
        if (entry === undefined || scope.has(posix.join(folder, "go.mod"))) continue;
      }
    }
    const name = folder === "" ? own || "app" : posix.basename(folder);
    const code = files.map(text).join("\n");
    let score = 10 - folder.split("/").length;
    if (folder === "") score += 3;
    if (name === own) score += 6;
    if (/^(server|api|web|app|http|httpd|serve|main|backend)$/.test(name)) score += 5;
    if (/net\/http|gin-gonic|labstack\/echo|gofiber|go-chi/.test(code)) score += 4;
    if (folder !== "" && hints.includes(folder)) score += 6;
    if (/(migrat|seed|tool|gen|cli|ctl|worker|cron|example|changepw|script)/.test(name) && folder !== "")
      score -= 6;
    programs.push({
      name: name.toLowerCase(),
      folder,
      file: entry,
      files: [entry, ...files.filter((path) => path !== entry)],
      score,
    });
  }
  return programs.sort((a, b) => b.score - a.score || (a.folder < b.folder ? -1 : 1));
}

function addProgram(scope: Scope, facts: Facts, process: string, { name, folder, file }: Program): void {
  const output = `bin/${name.replace(/[^\w.-]/g, "-") || "app"}`;
  const build = `go build -trimpath -ldflags='-s -w' -o ${output} ${folder === "" ? "." : `./${folder}`}`;
  facts.build.push(build);
  const where = { file: scope.full(file) };
  note(facts, "build.run", build, where, `${file} is a program`);
  addProcess(facts, process, { run: `./${output}` }, where, `${file} is a program`);
}

function decideRelease(scope: Scope, facts: Facts, programs: readonly Program[]): void {
  const migrate = programs.find(({ name }) => /^(migrate|migrations?|migrator)$/.test(name));
  if (migrate === undefined) return;
  const build = `go build -trimpath -ldflags='-s -w' -o bin/${migrate.name} ./${migrate.folder}`;
  facts.build.push(build);
  setRelease(
    facts,
    `./bin/${migrate.name}`,
    { file: scope.full(migrate.file) },
    `${migrate.file} migrates the database`,
  );
}
