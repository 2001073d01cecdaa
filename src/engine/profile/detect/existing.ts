import type { ComposeService } from "./compose.ts";
import { type Dockerfile, dockerfileOf, portNames } from "./dockerfile.ts";
import type { Facts } from "./facts.ts";
import { findListening, type Listening } from "./listen.ts";
import { useLocalTools } from "./localTools.ts";
import { addProcess, note, setHealth, setPort, setRelease } from "./note.ts";
import { dig, digData, digList, digText, lineOf, type Scope } from "./scope.ts";
import {
  fillPort,
  flagOf,
  joinWords,
  portInCommand,
  portInShell,
  splitCommands,
  splitWords,
  unwrapAssignments,
} from "./words.ts";

/** What a repository has already said to others: Procfile, Dockerfile, compose file, files of hosting platforms. */
export function useExisting(
  scope: Scope,
  facts: Facts,
  compose: readonly ComposeService[],
): { dockerfile?: string } {
  usePlatforms(scope, facts);
  useLocalTools(scope, facts);
  useProcfile(scope, facts);
  const own = compose.filter((service) => service.build === scope.dir);
  const dockerfile = dockerfileOf(scope);
  const used = dockerfile === undefined ? undefined : useDockerfile(facts, dockerfile);
  useCompose(facts, own, used !== undefined && (dockerfile?.ports.length ?? 0) > 0);
  return used === undefined ? {} : { dockerfile: used };
}

function useProcfile(scope: Scope, facts: Facts): void {
  const text = scope.text("Procfile");
  if (text === undefined) return;
  for (const [index, line] of text.split("\n").entries()) {
    const [, name = "", command = ""] = /^([A-Za-z][\w-]*):\s*(.+)$/.exec(line.trim()) ?? [];
    if (command === "") continue;
    const where = { file: scope.full("Procfile"), line: index + 1 };
    if (name === "release") {
      delete facts.release;
      setRelease(facts, command, where, "Procfile says so");
    } else {
      useCommand(facts, slug(name), command, where, `Procfile says how ${name} is run`, scope);
    }
  }
  facts.strength = Math.max(facts.strength, 75);
}

/** A command that somebody wrote down. What only calls a script of the manifest is already understood. */
function useCommand(
  facts: Facts,
  name: string,
  said: string,
  where: { file: string; line: number },
  because: string,
  scope?: Scope,
): void {
  const isWeb = name === "web";
  const known = facts.processes.get(name);
  const commands = splitCommands(said);
  const last = commands.at(-1) ?? [];
  const { assigned, rest } = unwrapAssignments(last);
  if (
    known !== undefined &&
    /^(npm|yarn|pnpm|bun) (run |run-script )?(start|serve|prod\w*|start:\w+)$/.test(joinWords(rest))
  )
    return;
  const migration = commands
    .slice(0, -1)
    .map(joinWords)
    .find((line) => /migrat|upgrade|db push|db:prepare/.test(line));
  if (migration !== undefined)
    setRelease(facts, migration, where, `${because.split(" ")[0]} runs it before the start`);
  const plain =
    commands.length === 1 ||
    commands
      .slice(0, -1)
      .every((words) => /migrat|upgrade|collectstatic|db push|db:prepare|^cd /.test(joinWords(words)));
  const words = plain ? joinWords(rest) : said;
  const told = portInCommand(words) ?? portInShell(said) ?? Number(assigned.PORT ?? Number.NaN);
  const listening = scope === undefined || !isWeb ? undefined : listeningOf(scope, rest);
  const port = Number.isInteger(told) ? told : (listening?.port ?? Number.NaN);
  const chosen = Number.isInteger(port) ? port : (known?.port ?? (isWeb ? defaultPort(facts) : undefined));
  const run = chosen === undefined ? words : reachable(fillPort(words, chosen), chosen);
  const process = { ...known, run };
  delete process.serve;
  delete process.fallback;
  addProcess(facts, name, process, where, because);
  if (chosen !== undefined && (isWeb || known?.port !== undefined))
    setPort(
      facts,
      name,
      chosen,
      port === listening?.port ? (listening ?? where) : where,
      port === listening?.port
        ? `${listening?.file} says ${listening?.text}`
        : Number.isInteger(port)
          ? `${because}, with port ${chosen}`
          : "it listens where it is told to",
    );
  if (isWeb && usesPort(words)) facts.env.PORT = String(chosen);
}

/** Where the file that a command names listens, or the configuration that gunicorn reads. */
function listeningOf(scope: Scope, words: readonly string[]): Listening | undefined {
  if (words.some((word) => /(^|\/)gunicorn$/.test(word))) {
    const file = flagOf(words, "-c", "--config")?.replace(/^file:|^\.\//, "") ?? "gunicorn.conf.py";
    const text = scope.code(file);
    const bind = /^\s*bind\s*=\s*(.+)$/m.exec(text ?? "");
    const port = Number(/(\d{2,5})\D*$/.exec(bind?.[1] ?? "")?.[1]);
    return bind === null || !(port > 0 && port < 65536)
      ? undefined
      : {
          port,
          file: scope.full(file),
          line: lineOf(text, bind[0].trim()),
          text: bind[0].trim().slice(0, 80),
        };
  }
  const entry = words.find((word) => /\.([cm]?[jt]s|py|rb)$/.test(word) && scope.has(word));
  return entry === undefined ? undefined : findListening(scope, [entry]);
}

function usesPort(words: string): boolean {
  return /\bPORT\b/.test(words) && !/\$\{?PORT/.test(words);
}

function defaultPort(facts: Facts): number {
  const known = [...facts.processes.values()].find(({ port }) => port !== undefined)?.port;
  return (
    known ??
    { node: 3000, ruby: 3000, elixir: 4000, java: 8080, go: 8080, rust: 8080, php: 8080, dotnet: 8080 }[
      facts.language as string
    ] ??
    8000
  );
}

/** gunicorn and uvicorn listen on the loopback address unless they are told where. */
function reachable(run: string, port: number): string {
  if (/\bgunicorn\b/.test(run) && !/(--bind|-b)[ =]/.test(run) && !/(-c|--config)[ =]/.test(run))
    return run.replace(/\bgunicorn\b/, `gunicorn --bind 0.0.0.0:${port}`);
  if (/\buvicorn\b/.test(run) && !/gunicorn|--host/.test(run))
    return `${run} --host 0.0.0.0${/--port/.test(run) ? "" : ` --port ${port}`}`;
  return run;
}

/** A Dockerfile that starts a development server is no recipe for production. */
function useDockerfile(facts: Facts, found: Dockerfile): string | undefined {
  const command = found.command === undefined ? "" : joinWords(found.command.words);
  if (isForDevelopment(command)) return undefined;
  const name = facts.processes.has("web") ? "web" : ([...facts.processes.keys()][0] ?? "web");
  const known = facts.processes.get(name);
  const base = found.bases.at(-1);
  // A web server's image listens where it always does, whether or not the Dockerfile repeats it.
  const usual = base === undefined ? undefined : servers.find(([pattern]) => pattern.test(base.image))?.[1];
  const port =
    found.ports.at(0) ??
    (usual === undefined || base === undefined ? undefined : { port: usual, line: base.line });
  note(
    facts,
    "build.dockerfile",
    found.path,
    { file: found.path },
    `${found.path} is there, and is used as it is`,
  );
  facts.strength = Math.max(facts.strength, known === undefined ? 45 : 70);
  if (found.command !== undefined) {
    const inside =
      !found.bases.some(({ image }) => /nginx|caddy|httpd/.test(image)) ||
      !/^(nginx|caddy|httpd)/.test(command);
    if (inside && !/^(npm|yarn|pnpm|bun) (run )?start\b/.test(command)) {
      const at = portInCommand(command) ?? port?.port ?? known?.port;
      const process = { ...known, run: at === undefined ? command : fillPort(command, at) };
      delete process.serve;
      delete process.fallback;
      addProcess(
        facts,
        name,
        process,
        { file: found.path, line: found.command.line },
        `${found.path} runs it`,
      );
    }
  }
  const now = facts.processes.get(name) ?? {};
  if (found.command === undefined || now.serve !== undefined) {
    const { serve: _, fallback: __, ...rest } = now;
    facts.processes.set(name, rest);
  }
  const said = portInCommand(command);
  if (said !== undefined && found.command !== undefined)
    setPort(
      facts,
      name,
      said,
      { file: found.path, line: found.command.line },
      `${found.path} starts it with that port`,
    );
  else if (port !== undefined)
    setPort(facts, name, port.port, { file: found.path, line: port.line }, `${found.path} exposes it`);
  if (found.health !== undefined) {
    const process = facts.processes.get(name);
    if (process !== undefined) delete process.health;
    setHealth(
      facts,
      name,
      found.health.path,
      { file: found.path, line: found.health.line },
      `the health check of ${found.path} asks there`,
    );
  }
  return found.path;
}

const servers: readonly (readonly [RegExp, number])[] = [
  [/nginx-unprivileged/, 8080],
  [/dotnet\/aspnet:[1-7]\./, 80],
  [/(^|\/)(nginx|caddy|httpd)(:|$)/, 80],
  [/(^|\/)(php|wordpress):[^\s]*apache/, 80],
];

function isForDevelopment(command: string): boolean {
  return /--reload|runserver|nodemon|ts-node-dev|\b(npm|yarn|pnpm|bun) (run )?(dev|develop|watch|start[:-](dev|watch|debug)|dev[:-]\w+)\b|--debug\b|flask run|next dev|ng serve|react-scripts start|vue-cli-service serve|vite( --host)?$|sleep infinity|--watch|rails s(erver)? -b.*development|\bair\b|tail -f/.test(
    command,
  );
}

/** Services of the compose file that are built from this application. */
function useCompose(facts: Facts, own: readonly ComposeService[], isExposed: boolean): void {
  const [main, ...others] = [...own].sort((a, b) => score(b) - score(a));
  if (main === undefined) return;
  facts.strength = Math.max(facts.strength, facts.processes.size > 0 ? 80 : 40);
  const where = { file: main.file, line: main.line };
  const name = facts.processes.has("web") ? "web" : ([...facts.processes.keys()][0] ?? "web");
  const process = facts.processes.get(name);
  if (
    main.command !== undefined &&
    !isForDevelopment(main.command) &&
    process !== undefined &&
    main.ports.length > 0
  ) {
    useCommand(facts, name, main.command, where, `${main.file} says how ${main.name} is run`);
  }
  const told = Number(
    Object.entries(main.environment)
      .map(([key, value]) => (portNames.test(key) ? /(\d{2,5})\D*$/.exec(value)?.[1] : undefined))
      .find((said) => said !== undefined),
  );
  const port = Number.isInteger(told) ? told : main.ports[0];
  const said = process?.run === undefined ? undefined : portInCommand(facts.processes.get(name)?.run ?? "");
  if (
    port !== undefined &&
    process !== undefined &&
    said === undefined &&
    process.serve === undefined &&
    (!isExposed || process.port === undefined)
  ) {
    setPort(facts, name, port, where, `${main.file} publishes it`);
  }
  for (const other of others) {
    if (
      other.command === undefined ||
      isForDevelopment(other.command) ||
      /migrat|upgrade head|db:prepare|seed|test/.test(other.command)
    )
      continue;
    const same = [...facts.processes].find(
      ([, one]) => one.run !== undefined && essence(one.run) === essence(other.command ?? ""),
    );
    if (same !== undefined || facts.processes.has(slug(other.name))) continue;
    if (
      /worker|beat|queue|schedul|cron|job|consumer|celery|sidekiq|rq/i.test(`${other.name} ${other.command}`)
    ) {
      const usual = facts.processes.get(/beat|schedul|cron/i.test(other.name) ? "beat" : "worker");
      if (usual !== undefined) continue;
      addProcess(
        facts,
        slug(other.name),
        { run: other.command },
        { file: other.file, line: other.line },
        `${other.file} runs ${other.name} so`,
      );
    }
  }
}

function essence(command: string): string {
  return splitWords(command).slice(0, 4).join(" ");
}

function score({ name, ports }: ComposeService): number {
  return (ports.length > 0 ? 4 : 0) + (/^(web|app|api|backend|server|frontend)$/.test(name) ? 2 : 0);
}

/** app.json, fly.toml, render.yaml, railway.json: what they say about ports, commands and health. */
function usePlatforms(scope: Scope, facts: Facts): void {
  const fly = scope.toml("fly.toml");
  const flyPort = Number(
    digText(fly, "http_service", "internal_port") ??
      digText(digList(fly, "services")[0], "internal_port") ??
      Number.NaN,
  );
  const at = (file: string, needle: string) => ({
    file: scope.full(file),
    line: lineOf(scope.text(file), needle),
  });
  if (Number.isInteger(flyPort))
    setPort(facts, "web", flyPort, at("fly.toml", "internal_port"), "fly.toml says so");
  const flyRelease = digText(fly, "deploy", "release_command");
  if (flyRelease !== undefined)
    setRelease(facts, flyRelease, at("fly.toml", "release_command"), "fly.toml says so");
  for (const [name, said] of Object.entries(digData(fly, "processes"))) {
    if (typeof said === "string" && name !== "app" && name !== "web")
      useCommand(facts, slug(name), said, at("fly.toml", name), `fly.toml says how ${name} is run`);
  }
  for (const service of digList(scope.yaml("render.yaml"), "services")) {
    const root = (digText(service, "rootDir") ?? "").replace(/^\.\/?|\/$/g, "");
    const command = digText(service, "startCommand");
    if (root !== scope.dir || command === undefined) continue;
    const type = digText(service, "type");
    const where = at("render.yaml", command);
    if (type === "web") useCommand(facts, "web", command, where, "render.yaml says how it is run");
    else if (type === "worker") useCommand(facts, "worker", command, where, "render.yaml says how it is run");
    const health = digText(service, "healthCheckPath");
    if (type === "web" && health !== undefined)
      setHealth(facts, "web", health, at("render.yaml", "healthCheckPath"), "render.yaml asks there");
  }
  const railway = scope.json("railway.json") ?? scope.toml("railway.toml");
  const start = digText(railway, "deploy", "startCommand");
  const file = scope.has("railway.json") ? "railway.json" : "railway.toml";
  if (start !== undefined)
    useCommand(facts, "web", start, at(file, "startCommand"), `${file} says how it is run`);
  const health = digText(railway, "deploy", "healthcheckPath");
  if (health !== undefined)
    setHealth(facts, "web", health, at(file, "healthcheckPath"), `${file} asks there`);
  for (const [name, said] of Object.entries(digData(scope.json("app.json"), "env"))) {
    if (name in facts.env || typeof said !== "object") continue;
    if (dig(said, "generator") === "secret") facts.env[name] = { secret: true };
  }
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^[^a-z]+|-+$/g, "")
      .slice(0, 30) || "process"
  );
}
