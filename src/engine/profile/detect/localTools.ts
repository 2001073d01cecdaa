import { isServiceKind, type Language, type ServiceKindName } from "../kinds.ts";
import type { Facts } from "./facts.ts";
import { addProcess, note } from "./note.ts";
import { dig, digData, digList, digText, lineOf, type Scope } from "./scope.ts";
import type { Signal } from "./serviceSignal.ts";
import { imageKinds } from "./serviceSignals.ts";
import type { Claim } from "./versions.ts";
import { splitImage } from "./words.ts";

// DDEV and Lando already say what a project runs on: what they say is taken over, so that moving costs nothing.

const ddev = ".ddev/config.yaml";
const lando = ".lando.yml";

/** The version of a language that DDEV or Lando run it with. */
export function localClaims(scope: Scope, language: Language): Claim[] {
  const claim = (file: string, key: string, text: string | undefined): Claim[] =>
    text === undefined
      ? []
      : [
          {
            text,
            file: scope.full(file),
            line: lineOf(scope.text(file), key),
            says: `${file} says ${key} ${text}`,
          },
        ];
  switch (language) {
    case "php":
      return [
        ...claim(ddev, "php_version", digText(scope.yaml(ddev), "php_version")),
        ...claim(lando, "php", digText(scope.yaml(lando), "config", "php")),
      ];
    case "node":
      return claim(ddev, "nodejs_version", digText(scope.yaml(ddev), "nodejs_version"));
    default:
      return [];
  }
}

/** The folder that they serve: "" for the project's own. */
export function localRoot(scope: Scope): string | undefined {
  return digText(scope.yaml(ddev), "docroot") ?? digText(scope.yaml(lando), "config", "webroot");
}

/** Databases, caches and what else they start, under the names that the application reaches them by. */
export function fromLocalTools(root: Scope): Signal[] {
  return [...ddevServices(root), ...landoServices(root)];
}

function ddevServices(root: Scope): Signal[] {
  const config = root.yaml(ddev);
  if (config === undefined) return [];
  const signals: Signal[] = [];
  if (!digList(config, "omit_containers").includes("db")) {
    const type = digText(config, "database", "type") ?? "mariadb";
    const version = digText(config, "database", "version");
    const because =
      version === undefined
        ? `${ddev} starts MariaDB, as DDEV does unless told otherwise`
        : `${ddev} starts ${type} ${version}`;
    if (isServiceKind(type)) signals.push(signal(root, ddev, type, "database", because, "db", version));
  }
  // add-ons bring Compose files of their own
  for (const file of root.tree.files.filter((path) =>
    /^\.ddev\/docker-compose\.[\w.-]+\.ya?ml$/.test(path),
  )) {
    for (const [name, said] of Object.entries(digData(root.yaml(file), "services"))) {
      const image = digText(said, "image")?.replace(/\$\{\w+:?-([^}]*)\}/g, "$1");
      const [id = "", tag] = splitImage(image ?? "");
      const kind = imageKinds.find(([pattern]) => pattern.test(id))?.[1];
      if (kind !== undefined)
        signals.push(
          signal(
            root,
            file,
            kind,
            name,
            `${file} runs ${image}`,
            name,
            /^v?\d+(\.\d+)*/.exec(tag ?? "")?.[0],
          ),
        );
    }
  }
  return signals;
}

/** What recipes bring without being asked. */
const recipes: Readonly<Record<string, string>> = {
  lamp: "mysql",
  lemp: "mysql",
  wordpress: "mysql",
  laravel: "mysql",
  symfony: "mysql",
  drupal7: "mysql",
  drupal8: "mysql",
  drupal9: "mysql",
  drupal10: "mysql",
  drupal11: "mysql",
  joomla: "mysql",
  backdrop: "mysql",
};

function landoServices(root: Scope): Signal[] {
  const config = root.yaml(lando);
  const recipe = digText(config, "recipe");
  const wanted: [string, string, string][] = [];
  const database =
    digText(config, "config", "database") ?? (recipe === undefined ? undefined : recipes[recipe]);
  if (database !== undefined && database !== "false")
    wanted.push(["database", database, database === recipes[recipe ?? ""] ? "recipe" : "database"]);
  const cache = digText(config, "config", "cache");
  if (cache !== undefined) wanted.push(["cache", cache, "cache"]);
  for (const [name, said] of Object.entries(digData(config, "services"))) {
    const type = digText(said, "type");
    if (type !== undefined) wanted.push([name, type, type]);
  }
  return wanted.flatMap(([name, type, needle]) => {
    const [said = "", version] = type.split(":");
    const kind = said === "mailhog" ? "mailpit" : said;
    return isServiceKind(kind)
      ? [
          signal(
            root,
            lando,
            kind,
            needle,
            `${lando} starts ${type}`,
            name,
            kind === said ? version : undefined,
          ),
        ]
      : [];
  });
}

function signal(
  root: Scope,
  file: string,
  kind: ServiceKindName,
  needle: string,
  because: string,
  name: string,
  version: string | undefined,
): Signal {
  const line = lineOf(root.text(file), needle);
  return {
    kind,
    strength: "certain",
    file,
    line,
    because,
    name,
    ...(version === undefined ? {} : { version }),
  };
}

/** System packages and processes beside the web server that DDEV was told of. */
export function useLocalTools(scope: Scope, facts: Facts): void {
  const config = scope.yaml(ddev);
  const where = (needle: string) => ({ file: scope.full(ddev), line: lineOf(scope.text(ddev), needle) });
  for (const name of digList(config, "webimage_extra_packages")) {
    if (typeof name !== "string" || !/^[a-z0-9][a-z0-9.+-]+$/.test(name) || facts.packages.includes(name))
      continue;
    facts.packages.push(name);
    note(facts, "build.packages", name, where(name), `${ddev} installs it`);
  }
  for (const daemon of digList(config, "web_extra_daemons")) {
    const [name, run] = [digText(daemon, "name"), digText(daemon, "command")];
    const inside = dig(daemon, "directory") === undefined || digText(daemon, "directory") === "/var/www/html";
    if (name === undefined || run === undefined || !inside || !/^[a-z][a-z0-9-]*$/.test(name)) continue;
    if (!facts.processes.has(name))
      addProcess(facts, name, { run }, where(name), `${ddev} runs it beside the web server`);
  }
}
