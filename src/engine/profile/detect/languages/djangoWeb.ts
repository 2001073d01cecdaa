import { posix } from "node:path";
import { findHealth } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import type { readDjango } from "./django.ts";
import { ensure, setDev, type Uses } from "./pythonUses.ts";

export function webDjango(uses: Uses, django: NonNullable<ReturnType<typeof readDjango>>): void {
  const { scope, facts, has, manifest } = uses;
  const dependency = manifest.dependencies.find((one) => one.name === "django");
  setFramework(
    facts,
    "django",
    dependency ?? django.where,
    dependency === undefined ? "manage.py is there" : `${dependency.file} names django`,
  );
  facts.strength = 95;
  facts.entry = django.settings;
  const chdir = django.folder === "" ? "" : django.folder;
  const asynchronous =
    django.asgi !== undefined &&
    (has("channels") || has("daphne") || has("uvicorn") || has("uvicorn-worker") || has("hypercorn")) &&
    (django.usesAsgi || has("channels") || has("daphne") || !has("gunicorn"));
  const because = asynchronous
    ? "it is served over ASGI: channels or an ASGI server is among its dependencies"
    : "Django is served over WSGI";
  if (asynchronous) {
    const dir = chdir === "" ? "" : ` --app-dir ${chdir}`;
    const run =
      has("daphne") && !has("uvicorn")
        ? `daphne -b 0.0.0.0 -p 8000 ${django.asgi}:application`
        : `uvicorn${dir} ${django.asgi}:application --host 0.0.0.0 --port 8000`;
    if (!has("daphne")) ensure(uses, "uvicorn");
    addProcess(facts, "web", { run }, django.where, because);
  } else {
    ensure(uses, "gunicorn");
    addProcess(
      facts,
      "web",
      {
        run: `gunicorn ${chdir === "" ? "" : `--chdir ${chdir} `}--bind 0.0.0.0:8000 ${django.wsgi ?? `${django.project}.wsgi`}:application`,
      },
      django.where,
      because,
    );
  }
  setPort(facts, "web", 8000, django.where, "Django and its servers listen there unless told otherwise");
  const manage = posix.join(chdir, "manage.py");
  setRelease(
    facts,
    `python ${manage} migrate --noinput`,
    { file: scope.full(manage) },
    "Django migrates its database so",
  );
  if (django.staticRoot) {
    facts.build.push(`python ${manage} collectstatic --noinput`);
    note(
      facts,
      "build.run",
      facts.build.at(-1) ?? "",
      django.where,
      "STATIC_ROOT is set, so static files are collected there",
    );
    for (const name of django.secretNames) facts.buildEnv[name] = "only-while-building";
  }
  setDev(facts, `python ${manage} runserver 0.0.0.0:8000`, django.where, "Django reloads what changes");
  facts.dev.test =
    has("pytest-django") || manifest.dependencies.some(({ name }) => name === "pytest")
      ? "pytest"
      : `python ${manage} test`;
  const health = findHealth(scope, scope.sources("urls.py", "views.py", "health.py"));
  if (health !== undefined)
    setHealth(facts, "web", trailing(health.path), health, `${health.file} answers there`);
}

function trailing(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
