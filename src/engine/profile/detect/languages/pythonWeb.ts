import { posix } from "node:path";
import { exampleListening, findHealth, findListening, type Listening } from "../listen.ts";
import { addProcess, setFramework, setHealth, setPort } from "../note.ts";
import { digData, digText, lineOf, type Scope } from "../scope.ts";
import { readDjango } from "./django.ts";
import { webDjango } from "./djangoWeb.ts";
import { findPythonApps, modulePath, type PythonApp } from "./pythonApps.ts";
import { asgi, ensure, setDev, type Uses } from "./pythonUses.ts";

export function decideWeb(uses: Uses): void {
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
