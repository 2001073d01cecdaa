import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort } from "../note.ts";
import { digData, digText, lineOf, type Scope } from "../scope.ts";
import { decideVersion, fileClaims } from "../versions.ts";
import { joinWords, portInCommand, splitCommands } from "../words.ts";
import type { LanguageRules } from "./rules.ts";

const names = ["deno.json", "deno.jsonc", "deno.lock"] as const;

export const deno: LanguageRules = {
  manifests: names,
  read(scope) {
    const file = scope.first("deno.json", "deno.jsonc") ?? scope.first(...names);
    // With a package.json and its own start, Deno is only a tool of it.
    if (
      file === undefined ||
      (scope.json("package.json")?.scripts !== undefined &&
        digText(scope.json(file), "tasks", "start") === undefined)
    )
      return undefined;
    const facts = emptyFacts("deno");
    facts.manager = "deno";
    const data = scope.json(file);
    facts.dependencies = dependencies(scope, file, digData(data, "imports"));
    const { version, evidence } = decideVersion(scope, "deno", {
      files: fileClaims(scope, ".dvmrc", ".deno-version"),
    });
    facts.version = version;
    facts.evidence.push(evidence);
    const where = { file: scope.full(file) };
    facts.install = scope.has("deno.lock") ? ["deno install --frozen"] : ["deno install"];
    note(facts, "build.install", facts.install[0] ?? "", where, `${file} is there`);
    const tasks = digData(data, "tasks");
    const starts = ["start", "serve", "prod", "preview"]
      .map((name) => tasks[name])
      .map((task) => (typeof task === "string" ? task : digText(task, "command")))
      .filter((task) => task !== undefined);
    // A task that watches is for whoever writes the code.
    const start = starts.find((task) => !/--watch\b/.test(task)) ?? starts[0];
    const entry = scope.first(
      "main.ts",
      "server.ts",
      "mod.ts",
      "src/main.ts",
      "src/server.ts",
      "index.ts",
      "app.ts",
      "main.js",
      "src/index.ts",
      "main.tsx",
    );
    const words = splitCommands(start ?? "")
      .at(-1)
      ?.filter((word) => !/^--watch(=|$)/.test(word));
    const run =
      words !== undefined && words[0] === "deno" && words[1] !== "task"
        ? joinWords(words)
        : entry === undefined
          ? undefined
          : `deno run --allow-net --allow-env --allow-read ${entry}`;
    if (run === undefined) return facts;
    const files = [...(entry === undefined ? [] : [entry]), ...scope.sources(".ts", ".tsx", ".js")];
    framework(scope, facts);
    const listening = findListening(scope, files);
    const serves =
      listening !== undefined ||
      facts.framework !== undefined ||
      /deno serve/.test(run) ||
      files.some((path) => /Deno\.serve\(|\.listen\(|serve\(/.test(scope.text(path) ?? ""));
    addProcess(
      facts,
      serves ? "web" : "worker",
      { run },
      where,
      start === undefined ? `${entry} is where it begins` : `the task "start" of ${file} runs it`,
    );
    if (entry !== undefined) facts.entry = entry;
    facts.strength = 90;
    if (serves) {
      const said = portInCommand(run);
      setPort(
        facts,
        "web",
        said ?? listening?.port ?? 8000,
        listening ?? where,
        listening === undefined
          ? "Deno listens there unless told otherwise"
          : `the code says ${listening.text}`,
      );
      const health = findHealth(scope, files);
      if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
    }
    const build = typeof tasks.build === "string" ? "deno task build" : undefined;
    if (build !== undefined) {
      facts.build = [build];
      note(
        facts,
        "build.run",
        build,
        { ...where, line: lineOf(scope.text(file), '"build"') },
        `${file} has the task "build"`,
      );
    }
    if (tasks.dev !== undefined) facts.dev.run = "deno task dev";
    facts.dev.test = tasks.test === undefined ? "deno test --allow-all" : "deno task test";
    return facts;
  },
};

function dependencies(scope: Scope, file: string, imports: Readonly<Record<string, unknown>>): Dependency[] {
  return Object.entries(imports).flatMap(([alias, target]) => {
    const name =
      /^(?:npm|jsr):\/?(@?[^@/]+(?:\/[^@/]+)?)/.exec(String(target))?.[1] ??
      /deno\.land\/x\/(\w+)/.exec(String(target))?.[1] ??
      alias;
    return [
      {
        name,
        extras: [],
        dev: false,
        file: scope.full(file),
        line: lineOf(scope.text(file), String(target)),
      },
    ];
  });
}

function framework(scope: Scope, facts: Facts): void {
  const known: readonly (readonly [RegExp, string])[] = [
    [/^@?fresh|\$fresh|@fresh\/core/, "fresh"],
    [/hono/, "hono"],
    [/oak/, "oak"],
    [/^express$/, "express"],
  ];
  for (const [pattern, name] of known) {
    const found = facts.dependencies.find((one) => pattern.test(one.name));
    if (found !== undefined) {
      setFramework(facts, name, found, `${found.file} names ${found.name}`);
      return;
    }
  }
  const imported = scope
    .sources(".ts")
    .find((path) =>
      /from\s+["'](?:npm:|jsr:@\w+\/|https:\/\/deno\.land\/x\/)(hono|oak)/.test(scope.text(path) ?? ""),
    );
  const name =
    imported === undefined
      ? undefined
      : /(?:npm:|jsr:@\w+\/|deno\.land\/x\/)(hono|oak)/.exec(scope.text(imported) ?? "")?.[1];
  if (name !== undefined && imported !== undefined)
    setFramework(facts, name, { file: scope.full(imported) }, `${imported} imports ${name}`);
}
