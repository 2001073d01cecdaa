import { posix } from "node:path";
import type { Application } from "./assemble.ts";
import type { ComposeService } from "./compose.ts";
import { useExisting } from "./existing.ts";
import type { Facts } from "./facts.ts";
import { languageRules } from "./languages/index.ts";
import { workspaceGlobs } from "./languages/node.ts";
import { parseXml, xmlAll } from "./languages/xml.ts";
import { note } from "./note.ts";
import { decidePackages } from "./packages.ts";
import { dig, digList, digText, type Scope, scopeOf } from "./scope.ts";
import type { Tree } from "./tree.ts";
import { imageVersion } from "./versions.ts";

/** Folders of what is about the application, and not part of it. */
const beside =
  /(^|\/)(tests?|__tests__|specs?|e2e|cypress|playwright|fixtures?|examples?|samples?|demos?|docs?|documentation|benchmarks?|templates?|scripts?|tools?|tooling|build|eng|infra|infrastructure|terraform|cdk|pulumi|helm|k8s|charts|storybook|mocks?|\.devcontainer|\.github|migrations|node_modules|config|configs|eslint-config|tsconfig|wp-content|themes|plugins|public|static|assets|resources|storage|priv)(\/|$)/i;
const frontFolders = /(^|\/)(assets|frontend|client|web|ui|webapp|front|spa|dashboard|admin-ui|web-ui|www)$/i;

/** Below this, something that can be started is more likely a script of the repository than an application. */
const likely = 40;

/** Every application of the repository, the one that the profile is named for first. */
export function findApplications(tree: Tree, compose: readonly ComposeService[]): Application[] {
  const found = candidateFolders(tree).flatMap((dir) => readFolder(tree, dir, compose, false));
  const runs = ({ facts }: Application) => facts.processes.size > 0;
  // Without any manifest, the code itself is looked at.
  const built = compose.flatMap(({ build, aside }) =>
    build === undefined || build === "" || aside ? [] : [build],
  );
  for (const dir of new Set(built))
    if (tree.hasFolder(dir) && !found.some(({ scope }) => scope.dir === dir || isInside(scope.dir, dir)))
      found.push(...readFolder(tree, dir, compose, true));
  const runnable = (found.some(runs) ? found : readFolder(tree, "", compose, true)).filter(runs);
  const strong = runnable.filter(({ facts }) => facts.strength >= likely);
  const kept = strong.length > 0 ? strong : runnable.slice(0, 1);
  const members = workspaceMembers(tree);
  const nested = withoutNested(kept, members);
  const apps = foldFrontEnds(nested, compose);
  return order(apps).map((app) => ({
    ...app,
    context: contextOf(app, members, tree),
    libraries: librariesOf(app, found, members),
  }));
}

/** Members of the same workspace that an application depends on, and what those depend on. */
function librariesOf(app: Application, found: readonly Application[], members: Members): Application[] {
  if (!members.all.has(app.scope.dir)) return [];
  const named = new Map(
    found
      .filter(({ scope }) => scope.dir !== app.scope.dir && members.all.has(scope.dir))
      .map((one) => [packageName(one.scope), one]),
  );
  const used = new Set<Application>();
  const waiting = [app];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { name, dev } of next.facts.dependencies) {
      const library = dev ? undefined : named.get(name);
      if (library === undefined || library.facts.language !== app.facts.language || used.has(library))
        continue;
      used.add(library);
      waiting.push(library);
    }
  }
  return [...used];
}

function packageName(scope: Scope): string {
  return (
    digText(scope.json("package.json"), "name") ??
    digText(scope.toml("Cargo.toml"), "package", "name") ??
    digText(scope.toml("pyproject.toml"), "project", "name") ??
    ""
  );
}

/** Folders with a manifest, the root first; what is beside the application only where nothing else is. */
function candidateFolders(tree: Tree): string[] {
  const folders = new Set<string>();
  for (const rules of languageRules) {
    for (const name of rules.manifests) {
      for (const path of tree.named(posix.basename(name))) {
        if (path === name) folders.add("");
        else if (path.endsWith(`/${name}`)) folders.add(path.slice(0, -name.length - 1));
      }
    }
    for (const ending of rules.endings ?? []) {
      for (const path of tree.files) if (path.endsWith(ending)) folders.add(folderOf(path));
    }
  }
  const members = workspaceMembers(tree);
  const all = [...folders].filter((dir) => dir.split("/").length <= 5);
  const proper = all.filter((dir) => dir === "" || members.apps.has(dir) || !beside.test(dir));
  folders.clear();
  for (const dir of proper.sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))) folders.add(dir);
  folders.add("");
  return [...folders].sort((a, b) => depth(a) - depth(b)).slice(0, 200);
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}

function depth(dir: string): number {
  return dir === "" ? 0 : dir.split("/").length;
}

/** The best reading of a folder: of two languages in one place, one is the application and the other builds its assets. */
function readFolder(
  tree: Tree,
  dir: string,
  compose: readonly ComposeService[],
  bare: boolean,
): Application[] {
  const scope = scopeOf(tree, dir);
  const readings = languageRules.flatMap((rules) => {
    const present =
      rules.manifests.some((name) => scope.has(name)) ||
      (rules.endings ?? []).some((ending) => tree.in(dir).some((name) => name.endsWith(ending)));
    const facts = present || (bare && rules.bare === true) ? rules.read(scope) : undefined;
    return facts === undefined ? [] : [facts];
  });
  if (readings.length === 0) return [];
  const best = choose(readings);
  if (best === undefined) return [];
  const other = readings.find((one) => one !== best && isServer(one) && isServer(best));
  const assets =
    other === undefined ? readings.find((one) => one !== best && one.language === "node") : undefined;
  const { dockerfile } = useExisting(scope, best, compose);
  const said = dockerfile === undefined ? undefined : imageVersion(scope, best.language, dockerfile);
  if (said !== undefined) {
    best.version = said.version;
    best.evidence = [...best.evidence.filter(({ path }) => path !== "runtime"), said.evidence];
  }
  if (assets !== undefined && best.language !== "static" && dockerfile === undefined)
    addAssets(best, assets, scope, "");
  decidePackages(best);
  const own = {
    scope,
    facts: best,
    libraries: [],
    context: dir,
    ...(dockerfile === undefined ? {} : { dockerfile }),
  };
  if (other === undefined || dockerfile !== undefined) return [own];
  decidePackages(other);
  return [own, { scope, facts: other, libraries: [], context: dir }];
}

/** Two servers in one folder are two applications. */
function isServer({ processes, strength }: Facts): boolean {
  const first = [...processes.values()][0];
  return strength >= 80 && first?.run !== undefined && first.serve === undefined && first.port !== undefined;
}

/** Node in the folder of another language's application makes its assets, unless it is the only one that serves. */
function choose(readings: readonly Facts[]): Facts | undefined {
  const score = (facts: Facts) => {
    const serves = facts.processes.size > 0;
    const isFront =
      facts.language === "node" && [...facts.processes.values()].every(({ serve }) => serve !== undefined);
    return (
      (serves ? 100 : 0) +
      facts.strength -
      (isFront && readings.some((one) => one !== facts && one.strength >= 60 && one.language !== "static")
        ? 60
        : 0)
    );
  };
  return [...readings].sort((a, b) => score(b) - score(a))[0];
}

/** The front end's install and build steps become steps of the application that serves it. */
function addAssets(facts: Facts, assets: Facts, scope: Scope, folder: string): void {
  if (assets.build.length === 0) return;
  const tool = `node@${assets.version ?? "24"}`;
  if (!facts.tools.includes(tool)) facts.tools.push(tool);
  const manifest = scope.full(posix.join(folder, "package.json"));
  note(facts, "build.tools", tool, { file: manifest }, `${manifest} builds what the application serves`);
  const steps = [...assets.install, ...assets.build].map((step) =>
    folder === "" ? step : `cd ${folder} && ${step}`,
  );
  facts.build = [...steps, ...facts.build];
  for (const step of steps)
    note(facts, "build.run", step, { file: manifest }, `${manifest} builds what the application serves`);
}

interface Members {
  /** Folders that a workspace's globs name. */
  all: Set<string>;
  /** Those of them under apps/ and the like. */
  apps: Set<string>;
  /** Folder of a member → folder of its workspace's root. */
  rootOf: Map<string, string>;
}

function workspaceMembers(tree: Tree): Members {
  const members: Members = { all: new Set(), apps: new Set(), rootOf: new Map() };
  const roots = [...tree.named("package.json"), ...tree.named("pnpm-workspace.yaml")].map(folderOf);
  for (const root of new Set(roots)) {
    const scope = scopeOf(tree, root);
    const globs = workspaceGlobs(scope);
    if (globs.length === 0) continue;
    const patterns = globs
      .filter((glob) => !glob.startsWith("!"))
      .map((glob) => globPattern(posix.join(root, glob)));
    for (const path of tree.named("package.json")) {
      const dir = folderOf(path);
      if (dir !== root && patterns.some((pattern) => pattern.test(dir))) add(members, dir, root);
    }
  }
  for (const path of [...tree.named("pyproject.toml"), ...tree.named("Cargo.toml")]) {
    const root = folderOf(path);
    const data = scopeOf(tree, root).toml(posix.basename(path));
    const globs = [
      ...digList(data, "tool", "uv", "workspace", "members"),
      ...digList(data, "workspace", "members"),
    ];
    if (dig(data, "tool", "uv", "workspace") === undefined && dig(data, "workspace") === undefined) continue;
    for (const glob of globs) {
      const pattern = globPattern(posix.join(root, String(glob)));
      for (const other of tree.named(posix.basename(path)))
        if (pattern.test(folderOf(other))) add(members, folderOf(other), root);
    }
  }
  for (const path of tree.named("pom.xml")) {
    const root = folderOf(path);
    const modules = xmlAll(parseXml(tree.text(path)), "project", "modules", "module");
    for (const { text } of modules) add(members, posix.normalize(posix.join(root, text)), root);
  }
  for (const path of [...tree.named("settings.gradle"), ...tree.named("settings.gradle.kts")]) {
    for (const [, line = ""] of (tree.text(path) ?? "").matchAll(
      /\binclude\s*\(?([^)\n]*(?:,\s*\n[^)\n]*)*)/g,
    )) {
      for (const [, name = ""] of line.matchAll(/["']:?([\w:.-]+)["']/g)) {
        add(members, posix.join(folderOf(path), name.replaceAll(":", "/")), folderOf(path));
      }
    }
  }
  // Nx keeps its applications' targets in project.json, with one package.json for all.
  if (tree.has("nx.json")) for (const path of tree.named("project.json")) add(members, folderOf(path), "");
  return members;
}

function add(members: Members, dir: string, root: string): void {
  members.all.add(dir);
  members.rootOf.set(dir, root);
  if (/(^|\/)(apps|services|applications|projects|servers|sites)\//.test(`${dir}/`)) members.apps.add(dir);
}

function globPattern(glob: string): RegExp {
  const tidy = posix.normalize(glob).replace(/^\.\//, "").replace(/\/$/, "");
  const source = tidy
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/?/g, "\u0000")
    .replace(/\*/g, "[^/]+")
    .replaceAll("\u0000", "(?:.+/)?");
  return new RegExp(`^${source.endsWith("(?:.+/)?") ? `${source.slice(0, -8)}.+` : source}$`);
}

/** What stands inside an application and is not named by a workspace or a compose file is part of it, unless it serves on its own. */
function withoutNested(apps: readonly Application[], members: Members): Application[] {
  return apps.filter((app) => {
    const outer = apps.find(
      (other) => other !== app && isInside(app.scope.dir, other.scope.dir) && other.scope.dir !== "",
    );
    if (outer !== undefined && !members.all.has(app.scope.dir)) return frontFolders.test(app.scope.dir);
    const root = apps.find((other) => other.scope.dir === "");
    if (root === undefined || app === root || members.all.has(app.scope.dir)) return true;
    // The same application, once by the root's manifest and once by its own.
    const entry = root.facts.entry;
    const { dir } = app.scope;
    const started = [...root.facts.processes.values()].some(
      ({ run, serve }) =>
        [`${dir}/`, ` ${dir} `, `${dir.replaceAll("/", ".")}.`].some((text) => run?.includes(text)) ||
        (serve !== undefined && (serve === dir || isInside(dir, serve === "." ? "" : serve))),
    );
    return !(
      root.facts.language === app.facts.language &&
      (started || entry?.startsWith(`${app.scope.dir}/`))
    );
  });
}

function isInside(dir: string, outer: string): boolean {
  return outer === "" ? dir !== "" : dir.startsWith(`${outer}/`);
}

/** A front end that another application serves from its own files is a step of that one's build. */
function foldFrontEnds(apps: readonly Application[], compose: readonly ComposeService[]): Application[] {
  const kept = new Set(apps);
  for (const front of apps) {
    const { serve } = [...front.facts.processes.values()][0] ?? {};
    if (serve === undefined || front.facts.language !== "node" || front.dockerfile !== undefined) continue;
    if (compose.some(({ build }) => build === front.scope.dir)) continue;
    // A Dockerfile that copies it in builds it too.
    if (apps.some((other) => other !== front && kept.has(other) && copies(other, front))) {
      kept.delete(front);
      continue;
    }
    const host = apps.find(
      (other) =>
        kept.has(other) &&
        other !== front &&
        [...other.facts.processes.values()].some(({ run }) => run !== undefined) &&
        isInside(front.scope.dir, other.scope.dir) &&
        servesFrom(other, front, serve),
    );
    if (host === undefined) continue;
    addAssets(host.facts, front.facts, host.scope, posix.relative(host.scope.dir, front.scope.dir));
    kept.delete(front);
  }
  return [...kept];
}

function copies({ scope, dockerfile, context }: Application, front: Application): boolean {
  const text = dockerfile === undefined ? undefined : scope.tree.text(dockerfile);
  const folder = front.scope.dir;
  if (text === undefined || folder === "") return false;
  return [
    folder,
    ...(isInside(folder, context) && context !== "" ? [posix.relative(context, folder)] : []),
  ].some((path) =>
    new RegExp(
      `^\\s*COPY(\\s[^\\n]*)?\\s(\\./)?${path.replace(/[.+?^${}()|[\]\\]/g, "\\$&")}/?\\s`,
      "im",
    ).test(text),
  );
}

function servesFrom(host: Application, front: Application, output: string): boolean {
  const folder = posix.relative(host.scope.dir, front.scope.dir);
  const built = posix.join(folder, output);
  const wanted = [built, `${folder}', '${output}`, `${folder}", "${output}`, `${folder}/${output}`];
  const sources = host.scope
    .sources(".go", ".js", ".ts", ".py", ".rs", ".java", ".kt", ".rb", ".php", ".ex", ".cs", ".csproj")
    .filter((path) => !path.startsWith(`${folder}/`));
  if (sources.some((path) => wanted.some((text) => (host.scope.text(path) ?? "").includes(text))))
    return true;
  const embeds = new RegExp(`//go:embed\\s[^\\n]*\\b${output.replace(/[.+?^${}()|[\]\\]/g, "\\$&")}\\b`);
  const beside = front.scope.tree.in(front.scope.dir).filter((name) => name.endsWith(".go"));
  if (beside.some((name) => embeds.test(front.scope.text(name) ?? ""))) return true;
  const config = front.scope.first("vite.config.ts", "vite.config.js", "vite.config.mts", "angular.json");
  // A build that writes outside of its own folder writes for somebody.
  return /outDir\s*:\s*["']\.\.\//.test(config === undefined ? "" : (front.scope.text(config) ?? ""));
}

/** The root's application first, then servers before front ends, then workers. */
function order(apps: readonly Application[]): Application[] {
  const rank = ({ scope, facts }: Application) => {
    const processes = [...facts.processes.values()];
    if (scope.dir === "") return 0;
    if (processes.some(({ port, run }) => port !== undefined && run !== undefined))
      return facts.language === "node" &&
        /^(next|nuxt|sveltekit|astro|remix|react-router|tanstack-start)$/.test(facts.framework ?? "")
        ? 2
        : 1;
    return processes.some(({ serve }) => serve !== undefined) ? 3 : 4;
  };
  return [...apps].sort((a, b) => rank(a) - rank(b) || (a.scope.dir < b.scope.dir ? -1 : 1));
}

/** Members of a workspace are built from its root, where the lock file is. */
function contextOf({ scope, facts }: Application, members: Members, tree: Tree): string {
  if (facts.fromRoot) return "";
  const root = members.rootOf.get(scope.dir);
  if (root === undefined || root === scope.dir) return scope.dir;
  if (facts.language === "node" && tree.has(posix.join(scope.dir, "package.json"))) {
    const relative = posix.relative(root, scope.dir);
    // The root's own build knows which members go before which.
    const all = dig(scopeOf(tree, root).json("package.json"), "scripts", "build") !== undefined;
    facts.build = facts.build.map((step) => inWorkspace(step, relative, all));
    for (const one of facts.evidence)
      if (one.path === "build.run") one.value = inWorkspace(one.value, relative, all);
  }
  if (facts.language === "java") {
    const module = posix.relative(root, scope.dir);
    facts.build = facts.build.map((step) => inModule(step, module));
    for (const one of facts.evidence) if (one.path === "build.run") one.value = inModule(one.value, module);
    return root;
  }
  return tree.has(posix.join(root, "package.json")) ||
    tree.has(posix.join(root, "pyproject.toml")) ||
    tree.has(posix.join(root, "Cargo.toml"))
    ? root
    : scope.dir;
}

/** A module's build, said from the root of all modules. */
function inModule(step: string, module: string): string {
  if (/^\S*mvnw? /.test(step)) return `${step} --projects ${module} --also-make`;
  return step.replace(/^(\S*gradlew?) /, `$1 :${module.replaceAll("/", ":")}:`);
}

/** `npm run build` of a member, said from the workspace's root. */
function inWorkspace(step: string, folder: string, all: boolean): string {
  const [, manager, script] = /^(npm|pnpm|yarn|bun) run (\S+)$/.exec(step) ?? [];
  if (manager !== undefined && manager !== "pnpm" && script === "build" && all) return step;
  switch (manager) {
    case "npm":
      return `npm run ${script} --workspace ${folder}`;
    case "pnpm":
      return `pnpm --filter ./${folder}... run ${script}`;
    case "yarn":
      return `yarn --cwd ${folder} run ${script}`;
    case "bun":
      return `bun run --cwd ${folder} ${script}`;
    default:
      return step.startsWith("cd ") ? step : `cd ${folder} && ${step}`;
  }
}
