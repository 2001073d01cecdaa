/** The arrows of the design: editor and cli → engine; within the engine, down this list, never up. */
const engine = ["process", "profile", "blueprint", "docker", "environment", "server", "image", "release"];

module.exports = {
  forbidden: [
    {
      name: "engine-knows-no-editor",
      comment: "The engine runs at a prompt and in CI too.",
      severity: "error",
      from: { path: "^src/engine/" },
      to: { path: "^(vscode$|node_modules/@types/vscode/|src/(editor|cli|extension)|webview/)" },
    },
    {
      name: "cli-knows-no-editor",
      severity: "error",
      from: { path: "^src/cli" },
      to: { path: "^(vscode$|node_modules/@types/vscode/|src/(editor|extension)|webview/)" },
    },
    {
      name: "panels-know-only-their-protocol",
      severity: "error",
      from: { path: "^webview/" },
      to: {
        path: "^(node_modules/@types/node/|src/(engine|cli|extension))",
        dependencyTypesNot: ["type-only"],
      },
    },
    ...engine.map((folder, place) => ({
      name: `${folder}-looks-down`,
      severity: "error",
      from: { path: `^src/engine/${folder}/` },
      to: { path: `^src/engine/(${[...engine.slice(place + 1), "$^"].join("|")})/` },
    })),
    {
      name: "through-the-face",
      comment: "A folder of the engine is used through its index.ts.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/engine/([^/]+)/" },
      to: { path: "^src/engine/[^/]+/.+", pathNot: "^src/engine/[^/]+/index\\.ts$" },
    },
    {
      name: "through-the-face-inside",
      severity: "error",
      from: { path: "^src/engine/([^/]+)/" },
      to: { path: "^src/engine/[^/]+/.+", pathNot: ["^src/engine/[^/]+/index\\.ts$", "^src/engine/$1/"] },
    },
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^vscode$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
