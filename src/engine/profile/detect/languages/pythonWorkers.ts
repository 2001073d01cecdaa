import { posix } from "node:path";
import { addProcess } from "../note.ts";
import { lineOf, type Scope } from "../scope.ts";
import { readDjango } from "./django.ts";
import { modulePath } from "./pythonApps.ts";
import { manifests } from "./pythonManager.ts";
import { runnable, type Uses } from "./pythonUses.ts";

/** Workers and schedulers, each as a process of its own. */
export function decideWorkers(uses: Uses): void {
  const { scope, facts, has } = uses;
  const files = scope.sources(".py");
  const holding = (pattern: RegExp) => files.find((path) => pattern.test(scope.code(path) ?? ""));
  if (has("celery")) {
    const file = holding(/^\s*\w+\s*(?::\s*Celery\s*)?=\s*(?:celery\.)?Celery\(/m) ?? holding(/\bCelery\(/);
    if (file !== undefined) {
      const app =
        /^\s*(\w+)\s*(?::\s*Celery\s*)?=\s*(?:celery\.)?Celery\(/m.exec(scope.text(file) ?? "")?.[1] ?? "app";
      // A Django project in a folder of its own is seen from there.
      const folder = facts.framework === "django" ? (readDjango(scope)?.folder ?? "") : "";
      const inside = folder !== "" && file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
      const moved = inside === file ? "" : ` --workdir ${folder}`;
      const module = celeryModule(scope, inside, app, moved === "" ? "" : folder);
      const where = { file: scope.full(file), line: lineOf(scope.text(file), "Celery(") };
      addProcess(
        facts,
        "worker",
        { run: `celery${moved} -A ${module} worker --loglevel INFO` },
        where,
        `${file} makes a Celery application`,
      );
      const beat = holding(/beat_schedule|CELERY_BEAT_SCHEDULE|CELERYBEAT_SCHEDULE|add_periodic_task/);
      if (beat !== undefined || has("django-celery-beat")) {
        const scheduler = has("django-celery-beat")
          ? " --scheduler django_celery_beat.schedulers:DatabaseScheduler"
          : "";
        addProcess(
          facts,
          "beat",
          { run: `celery${moved} -A ${module} beat --loglevel INFO${scheduler}` },
          beat === undefined ? where : { file: scope.full(beat) },
          `${beat ?? "django-celery-beat"} has a schedule`,
        );
      }
      facts.strength = Math.max(facts.strength, 80);
    }
  }
  if (has("django-rq"))
    addProcess(
      facts,
      "worker",
      { run: "python manage.py rqworker default" },
      { file: scope.full("manage.py") },
      "django-rq is among the dependencies",
    );
  else if (has("rq") && !facts.processes.has("worker")) {
    const file = files.find(
      (path) => /(^|\/)\w*worker\w*\.py$/.test(path) && /\brq\b/.test(scope.text(path) ?? ""),
    );
    const redisNamed = `\${cache.url}`;
    const run = file === undefined ? `rq worker --url ${redisNamed}` : runnable(scope, file);
    addProcess(
      facts,
      "worker",
      {
        run: file === undefined ? "rq worker" : run,
        ...(file === undefined ? { env: { RQ_REDIS_URL: redisNamed } } : {}),
      },
      { file: scope.full(file ?? scope.first(...manifests) ?? ".") },
      file === undefined ? "rq is among the dependencies" : `${file} works off the queue`,
    );
    facts.strength = Math.max(facts.strength, 75);
  }
  if (has("dramatiq") && !facts.processes.has("worker")) {
    const file = holding(/@dramatiq\.actor|@actor\b/);
    if (file !== undefined)
      addProcess(
        facts,
        "worker",
        { run: `dramatiq ${modulePath(file)}` },
        { file: scope.full(file) },
        `${file} has actors of Dramatiq`,
      );
  }
  if (has("arq") && !facts.processes.has("worker")) {
    const file = holding(/class WorkerSettings/);
    if (file !== undefined)
      addProcess(
        facts,
        "worker",
        { run: `arq ${modulePath(file)}.WorkerSettings` },
        { file: scope.full(file) },
        `${file} has the settings of an arq worker`,
      );
  }
  if (has("huey") && !facts.processes.has("worker")) {
    const file = holding(/^\s*huey\s*=\s*\w*Huey\(/m);
    if (file !== undefined)
      addProcess(
        facts,
        "worker",
        { run: `huey_consumer ${modulePath(file)}.huey` },
        { file: scope.full(file) },
        `${file} has the queue of Huey`,
      );
  }
}

function celeryModule(scope: Scope, file: string, app: string, within: string): string {
  const name = posix.basename(file, ".py");
  const folder = posix.dirname(file);
  // Celery finds pkg.celery:app from the name of the package alone.
  if (name === "celery" && scope.has(posix.join(within, folder, "__init__.py")))
    return modulePath(`${folder}.py`);
  return app === "app" || app === "celery" ? modulePath(file) : `${modulePath(file)}.${app}`;
}
