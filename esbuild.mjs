import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, context } from "esbuild";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

/** What libraries bring along and nobody would ever run: 700 KB. */
const leaveOut = {
  name: "leave-out",
  setup(build) {
    // dockerode's gRPC is for BuildKit sessions, which we leave to buildx
    build.onResolve({ filter: /^(@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)/ }, ({ path }) => ({
      path,
      namespace: "grpc",
    }));
    build.onLoad({ filter: /.*/, namespace: "grpc" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get() { throw new Error("${path} is not part of Sistership"); } });`,
    }));
    // zod's messages in other languages; ours are our own
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export {};" }));
  },
};

/** Files that images get as they are: read where they lie from the source, part of the bundle in the product. */
const templates = {
  name: "templates",
  setup(build) {
    build.onLoad({ filter: /blueprint[\\/]templates\.ts$/ }, () => {
      const all = readdirSync("templates", { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      const texts = all.map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        return [file.replaceAll("\\", "/").replace(/^templates\//, ""), readFileSync(file, "utf8")];
      });
      return {
        contents: `const texts = ${JSON.stringify(Object.fromEntries(texts.sort()))};
          export const template = (path) => texts[path];`,
        watchFiles: all.map(({ parentPath, name }) => join(parentPath, name)),
      };
    });
  },
};

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  logLevel: "info",
  metafile: true,
};

/** CommonJS: VS Code loads it quicker than ES modules. */
const node = {
  ...common,
  platform: "node",
  format: "cjs",
  target: "node20",
  // optional native parts of ssh2, which does without them
  external: ["vscode", "*.node", "cpu-features"],
  plugins: [leaveOut, templates],
};

const panels = (existsSync("webview") ? readdirSync("webview", { withFileTypes: true }) : [])
  .filter((entry) => entry.isDirectory() && entry.name !== "ui")
  .map((entry) => `webview/${entry.name}/main.ts`);

const bundles = [
  { ...node, entryPoints: { extension: "src/extension.ts" }, outdir: "dist" },
  {
    ...node,
    entryPoints: { cli: "src/cli.ts" },
    outdir: "dist",
    banner: { js: "#!/usr/bin/env node" },
  },
  ...(panels.length === 0
    ? []
    : [
        {
          ...common,
          entryPoints: panels,
          outdir: "dist/webview",
          outbase: "webview",
          platform: "browser",
          format: "iife",
          target: "chrome130",
        },
      ]),
];

for (const options of bundles) {
  if (watch) await (await context(options)).watch();
  else await build(options);
}

// The schemas that YAML extensions read, from the one definition of each.
if (!watch)
  for (const noun of ["profile", "servers"])
    writeFileSync(
      `dist/${noun}.schema.json`,
      execFileSync(process.execPath, ["dist/cli.js", noun, "schema"]),
    );
