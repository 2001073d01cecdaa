import { posix } from "node:path";
import { dig, digText, isData, parseYaml, type Scope } from "./scope.ts";
import { splitWords } from "./words.ts";

/** A Dockerfile that the repository brings. */
export interface Dockerfile {
  /** From the root. */
  path: string;
  bases: { image: string; stage?: string; line: number }[];
  ports: { port: number; line: number }[];
  /** What the last stage runs, as words; absent where it has an entry point of its own. */
  command?: { words: string[]; line: number };
  entrypoint: boolean;
  /** Health path, where a HEALTHCHECK fetches one. */
  health?: { path: string; line: number };
}

export const composeNames = [
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
  "docker-compose.prod.yml",
  "docker-compose.production.yml",
];

/** The Dockerfile that builds an application: beside it, or where a compose file says. */
export function dockerfileOf(scope: Scope): Dockerfile | undefined {
  const named = scope.first(
    "Dockerfile",
    "Containerfile",
    "docker/Dockerfile",
    "deploy/Dockerfile",
    "build/Dockerfile",
  );
  const path =
    named === undefined
      ? (composed(scope) ?? scope.first("Dockerfile.prod", "Dockerfile.production"))
      : named;
  const text = path === undefined ? undefined : scope.text(path);
  return path === undefined || text === undefined ? undefined : readDockerfile(scope.full(path), text);
}

function composed(scope: Scope): string | undefined {
  for (const name of composeNames) {
    const services = dig(parseYaml(scope.tree.text(name)), "services");
    for (const service of Object.values(isData(services) ? services : {})) {
      const build = dig(service, "build");
      const context = typeof build === "string" ? build : (digText(build, "context") ?? ".");
      const file = digText(build, "dockerfile");
      if (build === undefined || file === undefined) continue;
      const path = posix.normalize(posix.join(context, file));
      const inside = scope.dir === "" ? path : posix.relative(scope.dir, path);
      if (
        posix.normalize(context).replace(/\/$/, "").replace(/^\.$/, "") === scope.dir &&
        scope.has(inside) &&
        scope.owns(inside)
      )
        return inside;
    }
  }
  return undefined;
}

/** What a stage has said by its end, and hands on to those that build on it. */
interface Stage {
  ports: Dockerfile["ports"];
  health: Dockerfile["health"];
  command: Dockerfile["command"];
  entry: Dockerfile["command"];
}

const nothing: Stage = { ports: [], health: undefined, command: undefined, entry: undefined };

/** Of Node and of the JVM: nobody's requests go there. */
const debuggers = new Set([9229, 9230, 5858, 5005]);
/** Variables that tell a server where to listen. */
export const portNames =
  /^(PORT|SERVER_PORT|HTTP_PORT|FLASK_RUN_PORT|ASPNETCORE_URLS|ASPNETCORE_HTTP_PORTS|NITRO_PORT)$/;

function fill(text: string, args: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$\{?(\w+)(?::-([^}]*))?\}?/g,
    (_, name: string, fallback?: string) => args.get(name) ?? fallback ?? "",
  );
}

function readDockerfile(path: string, text: string): Dockerfile {
  const bases: Dockerfile["bases"] = [];
  const args = new Map<string, string>();
  const stages = new Map<string, Stage>();
  let ports: Dockerfile["ports"] = [];
  let command: Dockerfile["command"];
  let entry: Dockerfile["command"];
  let health: Dockerfile["health"];
  for (const { word, rest, line } of instructions(text)) {
    switch (word) {
      case "ARG": {
        const [name = "", value] = rest.split("=");
        if (value !== undefined) args.set(name.trim(), value.trim().replace(/^["']|["']$/g, ""));
        break;
      }
      case "FROM": {
        const [image = "", as, stage] = rest.replace(/--\S+\s+/g, "").split(/\s+/);
        bases.push({
          image: fill(image, args),
          line,
          ...(as?.toUpperCase() === "AS" && stage ? { stage } : {}),
        });
        const last = bases.at(-2)?.stage;
        if (last !== undefined) stages.set(last, { ports, health, command, entry });
        ({ ports, health, command, entry } = stages.get(image) ?? nothing);
        break;
      }
      case "EXPOSE":
        for (const [text] of fill(rest, args).matchAll(/\b\d{2,5}\b/g)) {
          const port = Number(text);
          if (!debuggers.has(port)) ports = [...ports, { port, line }];
        }
        break;
      case "ENV":
        for (const [, name = "", value = ""] of rest.matchAll(/(\w+)(?:=|\s+)["']?([^\s"']+)/g)) {
          args.set(name, fill(value, args));
          const said = portNames.test(name)
            ? Number(/(\d{2,5})\D*$/.exec(fill(value, args))?.[1])
            : Number.NaN;
          if (Number.isInteger(said)) ports = [{ port: said, line }, ...ports];
        }
        break;
      case "CMD":
        command = { words: words(rest), line };
        break;
      case "ENTRYPOINT":
        entry = { words: words(rest), line };
        break;
      case "HEALTHCHECK": {
        const found = /https?:\/\/[^/\s"')]+(\/[\w./-]*)/.exec(rest)?.[1];
        if (found !== undefined) health = { path: found, line };
        break;
      }
    }
  }
  const wraps = entry !== undefined && isWrapper(entry.words);
  const whole =
    entry === undefined || wraps
      ? command
      : { words: [...entry.words, ...(command?.words ?? [])], line: entry.line };
  return {
    path,
    bases,
    ports,
    entrypoint: wraps,
    ...(whole === undefined || whole.words.length === 0 ? {} : { command: whole }),
    ...(health === undefined ? {} : { health }),
  };
}

/** Entry points that prepare and then start the command: the image must start itself. */
function isWrapper(entry: readonly string[]): boolean {
  return entry.some((word) => /(entrypoint|tini|dumb-init|\.sh$)/.test(word));
}

function* instructions(text: string): Generator<{ word: string; rest: string; line: number }> {
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    const pieces = [(lines[index] ?? "").trim()];
    if (pieces[0] === "" || pieces[0]?.startsWith("#")) continue;
    // A comment between continued lines is left out, and continues them.
    while ((pieces.at(-1)?.endsWith("\\") || pieces.at(-1)?.startsWith("#")) && index + 1 < lines.length) {
      index += 1;
      pieces.push((lines[index] ?? "").trim());
    }
    const whole = pieces
      .filter((piece) => !piece.startsWith("#"))
      .map((piece) => piece.replace(/\\$/, " "))
      .join("");
    const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/s.exec(whole) ?? [];
    yield { word: word.toUpperCase(), rest: rest.trim(), line };
  }
}

function words(rest: string): string[] {
  if (rest.startsWith("[")) {
    try {
      const list: unknown = JSON.parse(rest);
      if (Array.isArray(list)) return unshelled(list.map(String));
    } catch {
      // Not a JSON list after all: Docker, too, then takes it as a shell line.
    }
  }
  return splitWords(rest);
}

/** `sh -c "a b"` is `a b`. */
function unshelled(list: string[]): string[] {
  const [shell = "", flag, line] = list;
  return /(^|\/)(ba)?sh$/.test(shell) && flag === "-c" && line !== undefined ? splitWords(line) : list;
}
