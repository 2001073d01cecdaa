import { posix } from "node:path";
import { composeNames } from "./dockerfile.ts";
import { dig, digData, digList, digText, isData, lineOf, parseJson, parseYaml } from "./scope.ts";
import type { Tree } from "./tree.ts";
import { joinWords } from "./words.ts";

/** A service of a compose file that the repository brings. */
export interface ComposeService {
  name: string;
  image?: string;
  /** The folder it is built from, from the root; "" for the root. */
  build?: string;
  command?: string;
  /** Ports inside its container. */
  ports: number[];
  environment: Record<string, string>;
  /** It only runs where its profile is asked for. */
  aside: boolean;
  file: string;
  line: number;
}

/** Compose files at the root and the usual places, the plain one first. */
export function readCompose(tree: Tree): ComposeService[] {
  const places = [
    ...composeNames,
    ".devcontainer/docker-compose.yml",
    ".devcontainer/compose.yaml",
    ".devcontainer/compose.yml",
    "docker/docker-compose.yml",
    "docker/compose.yaml",
    "deploy/docker-compose.yml",
    "docker-compose.dev.yml",
    "docker-compose.local.yml",
    "compose.dev.yaml",
  ].filter((path) => tree.has(path));
  const devcontainer = parseJson(tree.text(".devcontainer/devcontainer.json"));
  const said = dig(devcontainer, "dockerComposeFile");
  for (const path of [said].flat()) {
    if (typeof path !== "string") continue;
    const file = posix.normalize(posix.join(".devcontainer", path));
    if (tree.has(file) && !places.includes(file)) places.push(file);
  }
  const below = tree.files.filter(
    (path) => path.split("/").length === 2 && composeNames.includes(posix.basename(path)),
  );
  const seen = new Map<string, ComposeService>();
  for (const file of new Set(places.length > 0 ? places : below)) {
    for (const service of readFile(tree, file)) {
      const known = seen.get(service.name);
      seen.set(service.name, known === undefined ? service : { ...service, ...known });
    }
  }
  return [...seen.values()];
}

function readFile(tree: Tree, file: string): ComposeService[] {
  const text = tree.text(file);
  const services = digData(parseYaml(text), "services");
  return Object.entries(services).flatMap(([name, said]): ComposeService[] => {
    if (!isData(said)) return [];
    const build = dig(said, "build");
    const context =
      typeof build === "string"
        ? build
        : build === undefined
          ? undefined
          : (digText(build, "context") ?? ".");
    const image = digText(said, "image");
    const command = dig(said, "command");
    const line =
      typeof command === "string"
        ? command
        : Array.isArray(command)
          ? joinWords(command.map(String))
          : undefined;
    return [
      {
        name,
        ...(image === undefined ? {} : { image: image.replace(/\$\{[^}]*?:?-([^}]*)\}/g, "$1") }),
        ...(context === undefined ? {} : { build: inside(file, context) }),
        ...(line === undefined ? {} : { command: line }),
        ports: [...digList(said, "ports"), ...digList(said, "expose")].flatMap(containerPort),
        environment: environment(dig(said, "environment")),
        aside: digList(said, "profiles").length > 0,
        file,
        line: lineOf(text, new RegExp(`^\\s+["']?${name.replace(/[^\w-]/g, ".")}["']?:`, "m")),
      },
    ];
  });
}

function inside(file: string, context: string): string {
  const path = posix.normalize(posix.join(posix.dirname(file), context)).replace(/\/$/, "");
  return path === "." ? "" : path;
}

/** "127.0.0.1:8080:80/tcp" → 80; "${PORT:-3000}:3000" → 3000. */
function containerPort(said: unknown): number[] {
  const text = isData(said) ? (digText(said, "target") ?? "") : String(said);
  const last =
    text
      .replace(/\$\{[^}]*?:?-(\d+)\}/g, "$1")
      .replace(/\/(tcp|udp)$/, "")
      .split(":")
      .at(-1) ?? "";
  const port = Number(last.split("-")[0]);
  return Number.isInteger(port) && port > 0 && port < 65536 ? [port] : [];
}

function environment(said: unknown): Record<string, string> {
  if (Array.isArray(said)) {
    return Object.fromEntries(
      said.map((line) => [String(line).split("=")[0] ?? "", String(line).split("=").slice(1).join("=")]),
    );
  }
  return isData(said)
    ? Object.fromEntries(
        Object.entries(said).map(([name, value]) => [name, value === null ? "" : String(value)]),
      )
    : {};
}
