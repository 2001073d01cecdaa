import type { Facts } from "../facts.ts";
import { exampleListening, findHealth, findListening, findLoopback, loopbackSays } from "../listen.ts";
import { addProcess, note, setHealth, setPort, setRelease } from "../note.ts";
import type { Scope } from "../scope.ts";
import { portInCommand, splitCommands, unwrapAssignments } from "../words.ts";
import type { NodeFramework } from "./nodeFrameworks.ts";
import type { Package } from "./nodePackage.ts";
import { type Script, scriptName } from "./nodeScripts.ts";
import { fallbackStart, importedFrom, startOf } from "./nodeStart.ts";
import { prefixed } from "./nodeSteps.ts";

/** A server of one's own: what starts it, where its source is, on which port. */
export function decideServer(
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

export function serves(own: Package, files: readonly string[]): boolean {
  return files.some((path) =>
    /createServer\(|\.listen\(|Bun\.serve|Deno\.serve|serve\(/.test(own.scope.text(path) ?? ""),
  );
}

function isStaticScript(command: string): boolean {
  return /^(serve|http-server|vite preview|live-server|react-scripts start)\b/.test(command);
}
