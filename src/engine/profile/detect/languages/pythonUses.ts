import { posix } from "node:path";
import type { Facts } from "../facts.ts";
import { note } from "../note.ts";
import type { Scope } from "../scope.ts";
import { modulePath } from "./pythonApps.ts";
import { manifests } from "./pythonManager.ts";
import type { PythonManifest } from "./pythonManifest.ts";

export interface Uses {
  scope: Scope;
  manifest: PythonManifest;
  facts: Facts;
  has(name: string): boolean;
}

/** A server that the command needs and the manifest does not name is installed too. */
export function ensure({ facts, has, scope }: Uses, ...names: string[]): void {
  if (names.some(has)) return;
  const [name = ""] = names;
  const command =
    {
      uv: `uv pip install ${name}`,
      poetry: `poetry run pip install ${name}`,
      pipenv: `pipenv run pip install ${name}`,
      pdm: `pdm run pip install ${name}`,
    }[facts.manager ?? ""] ?? `pip install ${name}`;
  facts.install.push(command);
  const file = scope.first(...manifests);
  note(
    facts,
    "build.install",
    command,
    { file: scope.full(file ?? ".") },
    `${name} serves it in production, and no manifest names it`,
  );
}

export const asgi = new Set([
  "fastapi",
  "starlette",
  "litestar",
  "quart",
  "sanic",
  "fasthtml",
  "blacksheep",
  "robyn",
]);

export function setDev(
  facts: Facts,
  command: string,
  where: { file: string; line?: number },
  because: string,
): void {
  facts.dev.run ??= command;
  note(facts, "dev.run", command, where, because);
}

export function runnable(scope: Scope, file: string): string {
  return file.includes("/") && scope.has(posix.join(posix.dirname(file), "__init__.py"))
    ? `python -m ${modulePath(file)}`
    : `python ${file}`;
}
