import type { Facts } from "../facts.ts";
import { note } from "../note.ts";
import { digData, digText, type Scope } from "../scope.ts";
import { condaFiles, condaPackages, type PythonManifest } from "./pythonManifest.ts";

export const manifests = [
  "pyproject.toml",
  "requirements.txt",
  "Pipfile",
  "setup.py",
  "setup.cfg",
  "manage.py",
  "requirements/base.txt",
  "requirements/prod.txt",
  "requirements/production.txt",
  "uv.lock",
  "poetry.lock",
  ...condaFiles,
] as const;

export function decideManager(scope: Scope, { pyproject, requirements }: PythonManifest, facts: Facts): void {
  const locks = (
    [
      ["uv.lock", "uv"],
      ["poetry.lock", "poetry"],
      ["pdm.lock", "pdm"],
      ["Pipfile.lock", "pipenv"],
    ] as const
  ).filter(([file]) => scope.has(file));
  const backend = digText(pyproject, "build-system", "build-backend") ?? "";
  const tools = digData(pyproject, "tool");
  const traces: [boolean, string, string, string][] = [
    [scope.has("Pipfile"), "pipenv", "Pipfile", "Pipfile is there"],
    [tools.poetry !== undefined, "poetry", "pyproject.toml", "pyproject.toml has a section tool.poetry"],
    [tools.pdm !== undefined, "pdm", "pyproject.toml", "pyproject.toml has a section tool.pdm"],
    [
      tools.uv !== undefined ||
        (digData(pyproject, "dependency-groups").dev !== undefined && requirements === undefined),
      "uv",
      "pyproject.toml",
      "pyproject.toml is written for uv",
    ],
    [/^uv_build/.test(backend), "uv", "pyproject.toml", "pyproject.toml is built by uv"],
    [/^poetry/.test(backend), "poetry", "pyproject.toml", "pyproject.toml is built by Poetry"],
    [/^pdm/.test(backend), "pdm", "pyproject.toml", "pyproject.toml is built by PDM"],
    [requirements !== undefined, "pip", requirements ?? "", `${requirements} is there`],
    [
      scope.first(...condaFiles) !== undefined,
      "conda",
      scope.first(...condaFiles) ?? "",
      "a conda environment is there",
    ],
    [scope.has("pyproject.toml"), "pip", "pyproject.toml", "pyproject.toml names no other tool"],
    [scope.has("setup.py"), "pip", "setup.py", "setup.py is there"],
  ];
  const workspace =
    locks.length === 0 && scope.dir !== "" && scope.tree.has("uv.lock") && scope.has("pyproject.toml");
  const [lock] = locks;
  const [, name = "pip", file = "", because = "it comes with Python"] = workspace
    ? [true, "uv", "pyproject.toml", "uv.lock of the workspace is there"]
    : lock !== undefined
      ? [true, lock[1], lock[0], `${lock[0]} is there`]
      : (traces.find(([there]) => there) ?? []);
  facts.manager = name;
  facts.install = installOf(scope, name, requirements);
  for (const line of facts.install) note(facts, "build.install", line, { file: scope.full(file) }, because);
  if (locks.length > 1) {
    facts.questions.push({
      path: "build.install",
      ask: `${locks.map(([one]) => one).join(" and ")} disagree: which package manager is used?`,
      options: locks.map(([, one]) => installOf(scope, one, requirements)[0] ?? ""),
      default: facts.install[0] ?? "",
      because: `${file} is the likelier one`,
    });
  }
}

function installOf(scope: Scope, manager: string, requirements: string | undefined): string[] {
  switch (manager) {
    case "uv":
      return [
        scope.has("uv.lock") || (scope.dir !== "" && scope.tree.has("uv.lock"))
          ? "uv sync --locked --no-dev"
          : "uv sync --no-dev",
      ];
    case "poetry":
      return ["poetry install --only main --no-root"];
    case "pdm":
      return [scope.has("pdm.lock") ? "pdm install --prod --frozen-lockfile" : "pdm install --prod"];
    case "pipenv":
      return [scope.has("Pipfile.lock") ? "pipenv install --deploy" : "pipenv install"];
    case "conda": {
      const file = scope.first(...condaFiles);
      const packages = file === undefined ? [] : condaPackages(scope, file);
      return packages.length === 0
        ? []
        : [`pip install ${packages.map((one) => (/^[\w.=-]+$/.test(one) ? one : `'${one}'`)).join(" ")}`];
    }
    default:
      return requirements !== undefined
        ? [`pip install -r ${requirements}`]
        : scope.first("pyproject.toml", "setup.py") === undefined
          ? []
          : ["pip install ."];
  }
}
