import type { Facts } from "../facts.ts";
import { type Data, digText, lineOf, type Scope, scopeOf } from "../scope.ts";

export interface Manager {
  name: "npm" | "pnpm" | "yarn" | "bun";
  install: string;
  /** `npm run`, to be followed by a script's name. */
  run: string;
  where: { file: string; line?: number };
  because: string;
}

const locks: readonly (readonly [string, Manager["name"]])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["yarn.lock", "yarn"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** The package manager: what package.json says, else the lock file here or above, else traces of one, else npm. */
export function decideManager(scope: Scope, data: Data, facts: Facts): Manager {
  const folders = [scope, ...above(scope)];
  for (const at of folders) {
    const manifest = at.dir === scope.dir ? data : at.json("package.json");
    const said =
      digText(manifest, "packageManager") ?? digText(manifest, "devEngines", "packageManager", "name");
    const [, name, version] = /^(npm|pnpm|yarn|bun)(?:@(\d+))?/.exec(said ?? "") ?? [];
    if (!isManager(name)) continue;
    const where = { file: at.full("package.json"), line: lineOf(at.text("package.json"), "packageManager") };
    return manager(
      name,
      at,
      Number(version ?? 0),
      where,
      `packageManager in package.json says ${said?.split("+")[0]}`,
    );
  }
  for (const at of folders) {
    const found = locks.filter(([file]) => at.has(file));
    const [first] = found;
    if (first === undefined) continue;
    const names = [...new Set(found.map(([, name]) => name))];
    const [file, name] = found.find(([, one]) => one === preferred(at, names)) ?? first;
    const chosen = manager(name, at, 0, { file: at.full(file) }, `${file} is there`);
    if (names.length > 1) {
      facts.questions.push({
        path: "build.install",
        ask: `${found.map(([one]) => one).join(" and ")} disagree: which package manager is used?`,
        options: names.map((one) => manager(one, at, 0, { file }, "").install),
        default: chosen.install,
        because: `${file} is the likelier one`,
      });
    }
    return chosen;
  }
  for (const at of folders) {
    const traces = (["pnpm", "yarn", "bun", "npm"] as const).find(
      (name) => digText(at.json("package.json"), "engines", name) !== undefined,
    );
    const files = (
      [
        ["pnpm-workspace.yaml", "pnpm"],
        [".yarnrc.yml", "yarn"],
        [".yarnrc", "yarn"],
        ["bunfig.toml", "bun"],
      ] as const
    ).find(([file]) => at.has(file));
    if (files !== undefined)
      return manager(files[1], at, 0, { file: at.full(files[0]) }, `${files[0]} is there`);
    if (traces !== undefined && traces !== "npm")
      return manager(
        traces,
        at,
        0,
        { file: at.full("package.json") },
        `engines in package.json names ${traces}`,
      );
  }
  const text = scope.text("package.json") ?? "";
  const called = /"[^"]+"\s*:\s*"[^"]*\b(pnpm|yarn|bun)\s+(?:run\s+|--filter)?[\w:-]/.exec(text)?.[1];
  if (isManager(called))
    return manager(
      called,
      scope,
      0,
      { file: scope.full("package.json"), line: lineOf(text, called) },
      `the scripts of package.json call ${called}`,
    );
  return manager("npm", scope, 0, { file: scope.full("package.json") }, "no lock file says otherwise");
}

/** A stray package-lock.json is what `npm install` leaves in a project of another manager. */
function preferred(at: Scope, names: readonly Manager["name"][]): Manager["name"] | undefined {
  const dockerfile = at.text("Dockerfile") ?? "";
  const named = names.find((name) =>
    new RegExp(`\\b${name === "npm" ? "npm (ci|install)" : `${name} (install|i)\\b`}`).test(dockerfile),
  );
  return named ?? names.find((name) => name !== "npm");
}

function manager(
  name: Manager["name"],
  at: Scope,
  version: number,
  where: Manager["where"],
  because: string,
): Manager {
  return { name, install: installCommand(name, at, version), run: `${name} run`, where, because };
}

function installCommand(name: Manager["name"], at: Scope, version: number): string {
  switch (name) {
    case "npm":
      return at.first("package-lock.json", "npm-shrinkwrap.json") === undefined ? "npm install" : "npm ci";
    case "pnpm":
      return at.has("pnpm-lock.yaml") ? "pnpm install --frozen-lockfile" : "pnpm install";
    case "bun":
      return at.first("bun.lock", "bun.lockb") === undefined
        ? "bun install"
        : "bun install --frozen-lockfile";
    case "yarn": {
      if (!at.has("yarn.lock")) return "yarn install";
      const berry = version >= 2 || at.has(".yarnrc.yml") || /^__metadata:/m.test(at.text("yarn.lock") ?? "");
      return berry ? "yarn install --immutable" : "yarn install --frozen-lockfile";
    }
  }
}

function isManager(name: string | undefined): name is Manager["name"] {
  return name === "npm" || name === "pnpm" || name === "yarn" || name === "bun";
}

/** The folders above, nearest first, as far as the root: a workspace's lock file stands there. */
function above({ dir, tree }: Scope): Scope[] {
  const parts = dir === "" ? [] : dir.split("/");
  return parts.map((_, index) => scopeOf(tree, parts.slice(0, parts.length - 1 - index).join("/")));
}
