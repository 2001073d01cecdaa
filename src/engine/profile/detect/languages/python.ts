import { posix } from "node:path";
import { emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, setHealth, setPort, setRelease } from "../note.ts";
import { dig, digData, isAside, lineOf, type Scope } from "../scope.ts";
import { decideVersion, fileClaims } from "../versions.ts";
import { modulePath } from "./pythonApps.ts";
import { decideManager } from "./pythonManager.ts";
import { readPythonManifest } from "./pythonManifest.ts";
import { runnable, type Uses } from "./pythonUses.ts";
import { decideWeb } from "./pythonWeb.ts";
import { decideWorkers } from "./pythonWorkers.ts";

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
