import { posix } from "node:path";
import { emptyFacts, type Facts } from "../facts.ts";
import { exampleListening, findHealth, findListening, type Listening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { dig, digData, digText, isAside, lineOf, type Scope } from "../scope.ts";
import { decideVersion, fileClaims } from "../versions.ts";
import { readDjango } from "./django.ts";
import { findPythonApps, modulePath, type PythonApp } from "./pythonApps.ts";
import { condaFiles, condaPackages, type PythonManifest, readPythonManifest } from "./pythonManifest.ts";

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

export function readPython(scope: Scope): Facts | undefined {
  const manifest = readPythonManifest(scope);
  const facts = emptyFacts("python");
  facts.dependencies = manifest.dependencies;
  decideManager(scope, manifest, facts);
  const { version, evidence } = decideVersion(scope, "python", {
    files: fileClaims(scope, ".python-version", "runtime.txt"),
    manifest: manifest.versions,
  });
  facts.version = version;
  facts.evidence.push(evidence);
  const has = (name: string) => manifest.dependencies.some((one) => one.name === name && !one.dev);
  const uses: Uses = { scope, manifest, facts, has };
  decideWeb(uses);
  decideWorkers(uses);
  if (facts.processes.size === 0) decideScript(uses);
  decideRelease(uses);
  decideDev(uses);
  return facts;
}

interface Uses {
  scope: Scope;
  manifest: PythonManifest;
  facts: Facts;
  has(name: string): boolean;
}

function decideManager(scope: Scope, { pyproject, requirements }: PythonManifest, facts: Facts): void {
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

/** A server that the command needs and the manifest does not name is installed too. */
function ensure({ facts, has, scope }: Uses, ...names: string[]): void {
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

function decideWeb(uses: Uses): void {
  const { scope, facts, has, manifest } = uses;
  const from = (name: string) => manifest.dependencies.find((one) => one.name === name && !one.dev);
  const django = scope.has("manage.py") || has("django") ? readDjango(scope) : undefined;
  if (django !== undefined) {
    webDjango(uses, django);
    return;
  }
  const apps = findPythonApps(scope);
  const app = chooseApp(uses, apps);
  if (app === undefined) {
    webScripts(uses);
    return;
  }
  const framework = app.kind === "fastapi" && has("langserve") ? "langserve" : app.kind;
  const dependency = from(framework);
  setFramework(
    facts,
    framework,
    dependency ?? app.where,
    dependency === undefined
      ? `${app.where.file} makes a ${app.kind} application`
      : `${dependency.file} names ${framework}`,
  );
  facts.entry = app.file;
  facts.strength = 95;
  serveApp(uses, app);
  const second = apps.find(
    (one) => one.kind !== app.kind && (one.kind === "streamlit" || one.kind === "gradio") && has(one.kind),
  );
  if (second !== undefined && app.kind !== "streamlit" && app.kind !== "gradio") serveUi(uses, second, "ui");
}

function chooseApp({ scope, has }: Uses, apps: readonly PythonApp[]): PythonApp | undefined {
  const referred = `${scope.text("Procfile") ?? ""}\n${scope.text("Dockerfile") ?? ""}\n${scope.text("README.md")?.slice(0, 20_000) ?? ""}`;
  const score = (app: PythonApp) => {
    const name = posix.basename(app.file, ".py");
    let points = app.weight - app.file.split("/").length;
    if (/^(main|app|asgi|wsgi|server|api)$/.test(name)) points += 3;
    if (name === "main") points += 1;
    if (has(app.kind)) points += 6;
    if (app.kind === "streamlit" || app.kind === "gradio") points -= 2;
    if (referred.includes(`${modulePath(app.file)}:`) || referred.includes(app.file)) points += 6;
    return points;
  };
  return [...apps].sort((a, b) => score(b) - score(a))[0];
}

const asgi = new Set([
  "fastapi",
  "starlette",
  "litestar",
  "quart",
  "sanic",
  "fasthtml",
  "blacksheep",
  "robyn",
]);

function serveApp(uses: Uses, app: PythonApp): void {
  const { scope, facts, has } = uses;
  if (app.kind === "streamlit" || app.kind === "gradio" || app.kind === "chainlit") {
    serveUi(uses, app, "web");
    return;
  }
  const listening =
    findListening(scope, [
      app.file,
      ...scope
        .sources(".py")
        .filter(
          (path) => path !== app.file && /(main|run|server|settings|config|app|__main__)\w*\.py$/.test(path),
        ),
    ]) ?? exampleListening(scope);
  const port = listening?.port ?? 8000;
  const where = app.where;
  const { target, folder } = importable(scope, app);
  const because = `${app.file} makes the application ${app.name}${app.factory ? "()" : ""}`;
  if (asgi.has(app.kind) || app.asgi) {
    const server = has("hypercorn") && !has("uvicorn") ? "hypercorn" : "uvicorn";
    if (!has("fastapi") || !fastapiStandard(uses)) ensure(uses, server);
    const dir = folder === undefined ? "" : ` --app-dir ${folder}`;
    const factory = app.factory ? " --factory" : "";
    const run =
      server === "uvicorn"
        ? `uvicorn${dir} ${target}${factory} --host 0.0.0.0 --port ${port}`
        : `hypercorn --bind 0.0.0.0:${port} ${target}${app.factory ? "()" : ""}`;
    addProcess(facts, "web", { run }, where, because);
    if (server === "uvicorn")
      setDev(
        facts,
        `uvicorn${dir} ${target}${factory} --reload --host 0.0.0.0 --port ${port}`,
        where,
        "uvicorn reloads what changes",
      );
  } else if (
    app.kind === "aiohttp" ||
    app.kind === "tornado" ||
    app.kind === "nicegui" ||
    app.kind === "robyn"
  ) {
    addProcess(facts, "web", { run: `python ${app.file}` }, where, because);
  } else {
    const callable = app.kind === "dash" ? target.replace(/:(\w+)$/, ":$1.server") : target;
    const server = has("waitress") && !has("gunicorn") ? "waitress" : "gunicorn";
    if (server === "gunicorn") ensure(uses, "gunicorn");
    const chdir = folder === undefined ? "" : `--chdir ${folder} `;
    const name = app.factory ? `'${callable}()'` : callable;
    const run =
      server === "gunicorn"
        ? `gunicorn ${chdir}--bind 0.0.0.0:${wsgiPort(listening)} ${name}`
        : `waitress-serve --listen 0.0.0.0:${wsgiPort(listening)} ${app.factory ? "--call " : ""}${callable}`;
    addProcess(facts, "web", { run }, where, because);
    if (app.kind === "flask")
      setDev(
        facts,
        `flask --app ${target.replace(/:app$/, "")} run --debug --host 0.0.0.0 --port ${wsgiPort(listening)}`,
        where,
        "Flask reloads what changes",
      );
  }
  if (listening !== undefined)
    setPort(facts, "web", listening.port, listening, `${listening.file} says ${listening.text}`);
  else
    setPort(
      facts,
      "web",
      port,
      where,
      asgi.has(app.kind)
        ? "uvicorn listens there unless told otherwise"
        : "gunicorn listens there unless told otherwise",
    );
  const health = findHealth(scope, [app.file, ...scope.sources(".py")]);
  if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
}

function fastapiStandard({ manifest }: Uses): boolean {
  return manifest.dependencies.some(
    ({ name, extras }) => name === "fastapi" && (extras.includes("standard") || extras.includes("all")),
  );
}

function wsgiPort(listening: Listening | undefined): number {
  return listening?.port ?? 8000;
}

/** How the module is named, and the folder to be put on the path for that. */
function importable(scope: Scope, app: PythonApp): { target: string; folder?: string } {
  const [top = "", ...rest] = app.file.split("/");
  const suffix = `:${app.name}`;
  if (rest.length === 0) return { target: modulePath(app.file) + suffix };
  const isPackage = scope.has(`${top}/__init__.py`);
  const text = scope.text(app.file) ?? "";
  const importsTop = new RegExp(`^\\s*(from|import)\\s+${top}\\b`, "m").test(text);
  if (isPackage || importsTop || /^\s*from\s+\.+/m.test(text)) {
    // src/pkg/main.py with src as a mere folder: the package is seen from src.
    if (!isPackage && !importsTop && rest.length > 1)
      return { target: modulePath(rest.join("/")) + suffix, folder: top };
    return { target: modulePath(app.file) + suffix };
  }
  const inside = rest.join("/");
  const siblings = new Set(
    [...scope.tree.in(scope.full(top)), ...scope.tree.folders(scope.full(top))].map((name) =>
      name.replace(/\.py$/, ""),
    ),
  );
  const importsSibling = [...text.matchAll(/^\s*(?:from|import)\s+(\w+)/gm)].some(
    ([, name = ""]) => siblings.has(name) && name !== posix.basename(app.file, ".py"),
  );
  const isSource = top === "src" || top === "source" || top === "lib";
  if (importsSibling || (isSource && rest.length > 1))
    return { target: modulePath(inside) + suffix, folder: top };
  return { target: modulePath(app.file) + suffix };
}

function serveUi(uses: Uses, app: PythonApp, name: string): void {
  const { facts, scope, has } = uses;
  const where = app.where;
  if (app.kind === "streamlit") {
    const config = scope.toml(".streamlit/config.toml");
    const said = Number(digText(config, "server", "port") ?? Number.NaN);
    const port = Number.isInteger(said) ? said : 8501;
    if (!has("streamlit")) return;
    addProcess(
      facts,
      name,
      {
        run: `streamlit run ${app.file} --server.address 0.0.0.0 --server.port ${port} --server.headless true`,
        health: "/_stcore/health",
      },
      where,
      `${app.file} is a Streamlit page`,
    );
    setPort(facts, name, port, where, "Streamlit listens there unless told otherwise");
  } else if (app.kind === "chainlit") {
    addProcess(
      facts,
      name,
      { run: `chainlit run ${app.file} --host 0.0.0.0 --port 8000 --headless` },
      where,
      `${app.file} is a Chainlit application`,
    );
    setPort(facts, name, 8000, where, "Chainlit listens there unless told otherwise");
  } else {
    const listening = findListening(scope, [app.file]);
    addProcess(
      facts,
      name,
      { run: `python ${app.file}`, env: { GRADIO_SERVER_NAME: "0.0.0.0" } },
      where,
      `${app.file} launches a Gradio interface`,
    );
    setPort(
      facts,
      name,
      listening?.port ?? 7860,
      listening ?? where,
      listening === undefined
        ? "Gradio listens there unless told otherwise"
        : `the code says ${listening.text}`,
    );
  }
}

function webDjango(uses: Uses, django: NonNullable<ReturnType<typeof readDjango>>): void {
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

/** Scripts that pyproject.toml names, where no application object is found. */
function webScripts({ scope, facts, manifest }: Uses): void {
  const scripts = Object.entries({
    ...digData(manifest.pyproject, "project", "scripts"),
    ...digData(manifest.pyproject, "tool", "poetry", "scripts"),
  });
  const [first] = scripts.filter(([name]) => /serve|server|start|web|api|run|app/.test(name)).concat(scripts);
  if (first === undefined) return;
  const listening = findListening(scope, scope.sources(".py"));
  const where = { file: scope.full("pyproject.toml"), line: lineOf(scope.text("pyproject.toml"), first[0]) };
  const dependencies = manifest.dependencies.map(({ name }) => name);
  if (
    listening === undefined ||
    !dependencies.some(
      (name) =>
        asgi.has(name) ||
        ["flask", "aiohttp", "uvicorn", "gunicorn", "tornado", "mcp", "fastmcp"].includes(name),
    )
  )
    return;
  addProcess(facts, "web", { run: first[0] }, where, `pyproject.toml has the script ${first[0]}`);
  setPort(facts, "web", listening.port, listening, `the code says ${listening.text}`);
  facts.strength = 70;
}

function setDev(
  facts: Facts,
  command: string,
  where: { file: string; line?: number },
  because: string,
): void {
  facts.dev.run ??= command;
  note(facts, "dev.run", command, where, because);
}

/** Workers and schedulers, each as a process of its own. */
function decideWorkers(uses: Uses): void {
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

function runnable(scope: Scope, file: string): string {
  return file.includes("/") && scope.has(posix.join(posix.dirname(file), "__init__.py"))
    ? `python -m ${modulePath(file)}`
    : `python ${file}`;
}

/** Bots, jobs and plain programs. */
function decideScript({ scope, facts, manifest }: Uses): void {
  const names = [
    "main.py",
    "app.py",
    "bot.py",
    "run.py",
    "server.py",
    "start.py",
    "src/main.py",
    "src/app.py",
    "src/bot.py",
    "app/main.py",
    "__main__.py",
    "hello.py",
  ];
  const pyproject = digData(manifest.pyproject, "project", "scripts");
  const listed = scope.first(...names);
  const package_ = scope.sources("__main__.py").find((path) => !isAside(path));
  const scripts = Object.keys(pyproject);
  const file = listed ?? package_;
  if (file === undefined) {
    const [script] = scripts;
    if (script === undefined) return;
    addProcess(
      facts,
      "worker",
      { run: script },
      { file: scope.full("pyproject.toml"), line: lineOf(scope.text("pyproject.toml"), script) },
      `pyproject.toml has the script ${script}`,
    );
    facts.strength = 20;
    return;
  }
  const isModule = posix.basename(file) === "__main__.py" && file.includes("/");
  const run = isModule
    ? `python -m ${modulePath(posix.dirname(file).replace(/^src\//, ""))}`
    : runnable(scope, file);
  const listening = findListening(scope, [file]);
  const text = scope.text(file) ?? "";
  const web = listening !== undefined && /serve|http|listen|socket|\brun\(/i.test(text);
  const name = web ? "web" : "worker";
  facts.entry = file;
  addProcess(facts, name, { run }, { file: scope.full(file) }, `${file} is where it begins`);
  if (web) setPort(facts, "web", listening.port, listening, `the code says ${listening.text}`);
  facts.strength =
    /__main__|asyncio\.run|\.run\(|\.start\(|run_polling|idle\(/.test(text) || isModule ? 50 : 30;
  const health = web ? findHealth(scope, [file]) : undefined;
  if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
}

function decideRelease({ scope, facts, has, manifest }: Uses): void {
  const ini = scope.first(
    "alembic.ini",
    "src/alembic.ini",
    "app/alembic.ini",
    "backend/alembic.ini",
    "migrations/alembic.ini",
  );
  if (ini !== undefined && (has("flask-migrate") || ini === "migrations/alembic.ini"))
    setRelease(
      facts,
      "flask db upgrade",
      { file: scope.full(ini) },
      "Flask-Migrate keeps its migrations there",
    );
  else if (ini !== undefined)
    setRelease(
      facts,
      ini === "alembic.ini" ? "alembic upgrade head" : `alembic -c ${ini} upgrade head`,
      { file: scope.full(ini) },
      `${ini} is there`,
    );
  else if (manifest.pyproject !== undefined && dig(manifest.pyproject, "tool", "alembic") !== undefined)
    setRelease(
      facts,
      "alembic upgrade head",
      { file: scope.full("pyproject.toml") },
      "pyproject.toml configures Alembic",
    );
  else if (has("flask-migrate") && scope.hasFolder("migrations"))
    setRelease(
      facts,
      "flask db upgrade",
      { file: scope.full("migrations") },
      "Flask-Migrate keeps its migrations there",
    );
  else if (has("aerich") && scope.hasFolder("migrations"))
    setRelease(
      facts,
      "aerich upgrade",
      { file: scope.full("migrations") },
      "Aerich keeps its migrations there",
    );
}

function decideDev({ scope, facts, manifest }: Uses): void {
  const pytest =
    manifest.dependencies.some(({ name }) => name === "pytest") ||
    scope.first("pytest.ini", "conftest.py", "tests/conftest.py") !== undefined ||
    dig(manifest.pyproject, "tool", "pytest") !== undefined;
  if (pytest) facts.dev.test ??= "pytest";
  const seed = scope.first(
    "seed.py",
    "scripts/seed.py",
    "app/seed.py",
    "seeds.py",
    "scripts/seed_db.py",
    "src/seed.py",
  );
  if (seed !== undefined) facts.dev.seed ??= runnable(scope, seed);
}
