import { posix } from "node:path";
import type { Dependency } from "../facts.ts";
import { type Data, dig, digData, digList, digText, lineOf, type Scope } from "../scope.ts";
import type { Claim } from "../versions.ts";

/** What the manifests of a Python project say, whichever of them it has. */
export interface PythonManifest {
  pyproject: Data | undefined;
  dependencies: Dependency[];
  versions: Claim[];
  /** requirements.txt or its like, if there is one. */
  requirements: string | undefined;
}

const requirementNames = [
  "requirements.txt",
  "requirements/production.txt",
  "requirements/prod.txt",
  "requirements/base.txt",
  "requirements/requirements.txt",
  "requirements-prod.txt",
  "requirements.prod.txt",
  "requirements/main.txt",
];

export function readPythonManifest(scope: Scope): PythonManifest {
  const pyproject = scope.toml("pyproject.toml");
  const requirements = scope.first(...requirementNames);
  const dependencies = [
    ...fromPyproject(scope, pyproject),
    ...(requirements === undefined ? [] : fromRequirements(scope, requirements, [])),
    ...fromPipfile(scope),
    ...fromConda(scope),
    ...fromSetup(scope),
  ];
  return { pyproject, dependencies, versions: versionClaims(scope, pyproject), requirements };
}

function fromPyproject(scope: Scope, data: Data | undefined): Dependency[] {
  if (data === undefined) return [];
  const text = scope.text("pyproject.toml") ?? "";
  const file = scope.full("pyproject.toml");
  const parse = (specs: readonly unknown[], dev: boolean) =>
    specs.flatMap((spec) =>
      typeof spec === "string" ? requirement(spec, file, lineOf(text, spec.slice(0, 40)), dev) : [],
    );
  const poetry = (table: Data, dev: boolean): Dependency[] =>
    Object.entries(table)
      .filter(([name]) => name !== "python")
      .map(([name, said]) => ({
        name: normal(name),
        extras: digList(said, "extras").map(String),
        dev: dev || dig(said, "optional") === true,
        ...(typeof said === "string" ? { version: said } : {}),
        file,
        line: lineOf(text, new RegExp(`^"?${name}"?\\s*=`, "m")),
      }));
  const groups = Object.entries(digData(data, "tool", "poetry", "group"));
  return [
    ...parse(digList(data, "project", "dependencies"), false),
    ...Object.values(digData(data, "project", "optional-dependencies")).flatMap((group) =>
      parse(Array.isArray(group) ? group : [], true),
    ),
    ...Object.values(digData(data, "dependency-groups")).flatMap((group) =>
      parse(Array.isArray(group) ? group : [], true),
    ),
    ...parse(digList(data, "tool", "uv", "dev-dependencies"), true),
    ...poetry(digData(data, "tool", "poetry", "dependencies"), false),
    ...poetry(digData(data, "tool", "poetry", "dev-dependencies"), true),
    ...groups.flatMap(([, group]) => poetry(digData(group, "dependencies"), true)),
  ];
}

function fromRequirements(scope: Scope, path: string, seen: readonly string[]): Dependency[] {
  const text = scope.text(path);
  if (text === undefined || seen.includes(path) || seen.length > 8) return [];
  return text.split("\n").flatMap((line, index) => {
    const bare = line.replace(/(^|\s)#.*$/, "").trim();
    const included = /^(?:-r|--requirement)[ =]?\s*(\S+)/.exec(bare)?.[1];
    if (included !== undefined) {
      return fromRequirements(scope, posix.normalize(posix.join(posix.dirname(path), included)), [
        ...seen,
        path,
      ]);
    }
    if (bare === "" || bare.startsWith("-")) return [];
    return requirement(bare, scope.full(path), index + 1, false);
  });
}

/** `celery[redis]==5.4 ; python_version > "3"` → name, extras, version. */
function requirement(spec: string, file: string, line: number, dev: boolean): Dependency[] {
  const found = /^([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*(?:@\s*\S+|([^;#]*))/.exec(spec.trim());
  const name = found?.[1];
  if (name === undefined || /:\/\//.test(name)) return [];
  const extras = (found?.[2] ?? "")
    .split(",")
    .map((extra) => extra.trim())
    .filter((extra) => extra !== "");
  const version = found?.[3]?.trim();
  return [{ name: normal(name), extras, dev, ...(version ? { version } : {}), file, line }];
}

function fromPipfile(scope: Scope): Dependency[] {
  const data = scope.toml("Pipfile");
  const text = scope.text("Pipfile");
  const read = (group: string, dev: boolean): Dependency[] =>
    Object.entries(digData(data, group)).map(([name, said]) => ({
      name: normal(name),
      extras: digList(said, "extras").map(String),
      dev,
      file: scope.full("Pipfile"),
      line: lineOf(text, new RegExp(`^"?${name}"?\\s*=`, "m")),
    }));
  return [...read("packages", false), ...read("dev-packages", true)];
}

export const condaFiles = ["environment.yml", "environment.yaml", "conda.yml", "conda.yaml"] as const;

function fromConda(scope: Scope): Dependency[] {
  const file = scope.first(...condaFiles);
  if (file === undefined) return [];
  const text = scope.text(file);
  return condaPackages(scope, file).flatMap((spec) =>
    requirement(spec, scope.full(file), lineOf(text, spec), false),
  );
}

/** What a conda environment names, without Python itself, as pip would write it. */
export function condaPackages(scope: Scope, file: string): string[] {
  return digList(scope.yaml(file), "dependencies").flatMap((entry) => {
    if (typeof entry !== "string") return digList(entry, "pip").map(String);
    const [, name = "", version] = /^(?:[\w-]+::)?([\w.-]+)\s*(?:=+\s*([\w.*]+))?/.exec(entry) ?? [];
    if (/^(python|pip|setuptools|wheel|conda)$/.test(name)) return [];
    return [version === undefined ? name : `${name}==${version}`];
  });
}

function fromSetup(scope: Scope): Dependency[] {
  const text = scope.text("setup.py");
  const listed = /install_requires\s*=\s*\[([\s\S]*?)\]/.exec(text ?? "")?.[1] ?? "";
  const own = [...listed.matchAll(/["']([^"']+)["']/g)].flatMap(([, spec = ""]) =>
    requirement(spec, scope.full("setup.py"), lineOf(text, spec), false),
  );
  const config = scope.text("setup.cfg");
  const lines = /^install_requires\s*=\s*\n((?:[ \t]+.+\n?)+)/m.exec(config ?? "")?.[1] ?? "";
  return [
    ...own,
    ...lines
      .split("\n")
      .flatMap((spec) =>
        requirement(spec, scope.full("setup.cfg"), lineOf(config, spec.trim() || "install_requires"), false),
      ),
  ];
}

function versionClaims(scope: Scope, pyproject: Data | undefined): Claim[] {
  const claims: Claim[] = [];
  const say = (text: string | undefined, file: string, needle: string | RegExp, key: string) => {
    if (text !== undefined)
      claims.push({
        text,
        file: scope.full(file),
        line: lineOf(scope.text(file), needle),
        says: `${key} in ${file} asks for ${text}`,
      });
  };
  say(
    digText(pyproject, "project", "requires-python"),
    "pyproject.toml",
    "requires-python",
    "requires-python",
  );
  say(
    digText(pyproject, "tool", "poetry", "dependencies", "python"),
    "pyproject.toml",
    /^python\s*=/m,
    "python",
  );
  const pipfile = scope.toml("Pipfile");
  say(
    digText(pipfile, "requires", "python_full_version") ?? digText(pipfile, "requires", "python_version"),
    "Pipfile",
    "python_",
    "python_version",
  );
  for (const file of condaFiles) {
    const text = scope.text(file);
    const [, version] = /^\s*-\s*["']?python\s*([<>=~!]*=?\s*[\d.*,<>= ]+)/m.exec(text ?? "") ?? [];
    // In conda, python=3.12 means any 3.12.
    if (version !== undefined) say(version.trim().replace(/^=+/, ""), file, /-\s*["']?python/, "python");
  }
  say(
    /python_requires\s*=\s*["']([^"']+)/.exec(scope.text("setup.py") ?? "")?.[1],
    "setup.py",
    "python_requires",
    "python_requires",
  );
  say(
    /^python_requires\s*=\s*(.+)$/m.exec(scope.text("setup.cfg") ?? "")?.[1]?.trim(),
    "setup.cfg",
    "python_requires",
    "python_requires",
  );
  return claims;
}

/** PEP 503: how names compare. */
function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
