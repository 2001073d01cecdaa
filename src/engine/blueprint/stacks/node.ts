import { type Asked, mentions, type Stack } from "./stack.ts";

interface Manager {
  /** As npm installs it; absent for npm itself. */
  from?: string;
  prune: readonly string[];
}

const managers = {
  npm: { prune: ["npm prune --omit=dev --ignore-scripts"] },
  pnpm: {
    // the very version that the project names, so that pnpm does not fetch that one anew in each container
    from: `"$(node -p "(require('/tmp/sistership/package.json').packageManager ?? '').match(/^pnpm@[^+]+/)?.[0] ?? 'pnpm@10'")"`,
    // pnpm prunes no workspaces: installing again from its store is what its handbook says
    prune: ["CI=true pnpm install --prod --frozen-lockfile --prefer-offline --ignore-scripts"],
  },
  yarn: {
    from: "corepack@0.34",
    prune: [
      "if [ -f .yarnrc.yml ]; then yarn workspaces focus --all --production; else yarn install --production --ignore-scripts --prefer-offline; fi",
    ],
  },
  bun: {
    from: "bun@1",
    prune: ["rm -rf node_modules", "bun install --production --frozen-lockfile --ignore-scripts"],
  },
} satisfies Record<string, Manager>;

export function node({ image, version, processes, commands }: Asked): Stack {
  const name = (["pnpm", "yarn", "bun"] as const).find((one) =>
    mentions([...image.install, ...image.run], new RegExp(`\\b${one}\\b`)),
  );
  const manager: Manager = managers[name ?? "npm"];
  const bring =
    manager.from === undefined
      ? []
      : [`npm install --global --force ${manager.from}`, ...(name === "yarn" ? ["corepack enable"] : [])];
  const alsoRuns = name !== undefined && mentions(commands, new RegExp(`\\b${name}x?\\b`));
  const bins = [...new Set([".", ...processes.map(({ dir }) => dir)])].map((dir) =>
    dir === "." ? "/app/node_modules/.bin" : `/app/${dir}/node_modules/.bin`,
  );
  return {
    base: `node:${version}-bookworm-slim`,
    env: { PATH: `${bins.join(":")}:$PATH` },
    toolEnv: {
      npm_config_cache: "/cache/npm",
      npm_config_store_dir: "/cache/pnpm",
      npm_config_update_notifier: "false",
      YARN_CACHE_FOLDER: "/cache/yarn",
      COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
      BUN_INSTALL_CACHE_DIR: "/cache/bun",
      NEXT_TELEMETRY_DISABLED: "1",
    },
    releaseEnv: { NODE_ENV: "production" },
    toolPackages: ["git", "python3", "make", "g++"],
    ...(name === "pnpm" ? { reads: { file: "package.json", in: alsoRuns ? "base" : "tools" } as const } : {}),
    ...(bring.length === 0 ? {} : alsoRuns ? { baseRuns: bring } : { toolRuns: bring }),
    manifests: [
      ...["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc", "pnpm-lock.yaml"],
      ...["pnpm-workspace.yaml", ".pnpmfile.cjs", "yarn.lock", ".yarnrc", ".yarnrc.yml", "bun.lock"],
      ...["bun.lockb", "bunfig.toml", "*.patch", "schema.prisma", "yarn-*.cjs", "plugin-*.cjs"],
    ],
    install: image.install,
    prune: image.install.length === 0 ? [] : manager.prune,
    build: image.run,
    // folders of builds (.next, .output) keep what they brought along
    strip: ["find . -type d \\( -name '.?*' -prune -o -name node_modules -prune -exec rm -rf {} + \\)"],
    devInstall: image.install.map((command) => command.replace(/\s--(omit=dev|production|prod)\b/g, "")),
    ...(image.install.length === 0 ? {} : { installed: "node_modules" }),
    mirrors: ["NPM_CONFIG_REGISTRY", "COREPACK_NPM_REGISTRY"],
    editor: {
      extensions: ["dbaeumer.vscode-eslint", "esbenp.prettier-vscode"],
      settings: { "npm.packageManager": name ?? "npm" },
    },
  };
}
