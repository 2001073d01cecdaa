import { posix } from "node:path";
import { lineOf, type Scope } from "../scope.ts";

export interface Django {
  /** Where manage.py stands, from the application's folder; "" for the same. */
  folder: string;
  /** The package with the settings. */
  project: string;
  settings: string;
  wsgi: string | undefined;
  asgi: string | undefined;
  /** The settings name ASGI_APPLICATION. */
  usesAsgi: boolean;
  staticRoot: boolean;
  /** Variables without which the settings do not load. */
  secretNames: string[];
  where: { file: string; line: number };
}

/** Reads a Django project from manage.py, without running it. */
export function readDjango(scope: Scope): Django | undefined {
  const manage =
    scope.first("manage.py", "src/manage.py", "backend/manage.py", "app/manage.py", "project/manage.py") ??
    scope.sources("manage.py")[0];
  if (manage === undefined) return undefined;
  const folder = posix.dirname(manage) === "." ? "" : posix.dirname(manage);
  const text = scope.text(manage) ?? "";
  const module = /DJANGO_SETTINGS_MODULE["']\s*,\s*(?:[\w.]+\()?\s*["']([\w.]+)["']/.exec(text)?.[1];
  if (module === undefined && !/django/.test(text)) return undefined;
  const settings = settingsFile(scope, folder, module ?? "");
  const texts = settings.map((path) => scope.text(path) ?? "").join("\n");
  const project = (module ?? "config.settings").split(".")[0] ?? "config";
  const application = (kind: string) => {
    const said = new RegExp(`^${kind}_APPLICATION\\s*=\\s*["']([\\w.]+)\\.application["']`, "m").exec(
      texts,
    )?.[1];
    if (said !== undefined) return said;
    const name = `${kind.toLowerCase()}.py`;
    const found = scope.sources(`/${name}`, name).find((path) => posix.basename(path) === name);
    return found === undefined
      ? undefined
      : posix.relative(folder, found).replace(/\.py$/, "").replaceAll("/", ".");
  };
  return {
    folder,
    project,
    settings: settings[0] ?? manage,
    wsgi: application("WSGI"),
    asgi: application("ASGI"),
    usesAsgi: /^ASGI_APPLICATION\s*=/m.test(texts) && !/^WSGI_APPLICATION\s*=/m.test(texts),
    staticRoot: /^\s*STATIC_ROOT\s*=/m.test(texts),
    secretNames: [
      ...texts.matchAll(/(?:environ\[\s*|env(?:\.str)?\(\s*|config\(\s*)["'](\w*SECRET_KEY)["']\s*[\])]/g),
    ].map(([, name = ""]) => name),
    where: { file: scope.full(manage), line: lineOf(text, "DJANGO_SETTINGS_MODULE") },
  };
}

/** The settings module, and where it is a package, every part of it; production first. */
function settingsFile(scope: Scope, folder: string, module: string): readonly string[] {
  const base = posix.join(folder, module.replaceAll(".", "/"));
  if (scope.has(`${base}.py`)) {
    const beside = scope.has(posix.join(posix.dirname(base), "base.py"))
      ? [posix.join(posix.dirname(base), "base.py")]
      : [];
    const production = ["production.py", "prod.py"]
      .map((name) => posix.join(posix.dirname(base), name))
      .filter((path) => scope.has(path));
    return [...production, `${base}.py`, ...beside];
  }
  const parts = ["production.py", "prod.py", "base.py", "common.py", "__init__.py", "settings.py"]
    .map((name) => posix.join(base, name))
    .filter((path) => scope.has(path));
  return parts.length > 0 ? parts : scope.sources("settings.py");
}
