// npm run bench:activation: how long the extension takes to load and activate in the real extension host,
// beside an extension that does nothing, in the same start.
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/engine/process/index.ts";
import { installOnHost } from "../rig/docker/install.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open } from "../rig/editor/workbench.ts";
import { type Figures, publish, rounds, spread } from "./harness.ts";

const starts = 10;
const root = join(import.meta.dirname, "../..");

/** Takes the time around the very calls that VS Code makes: the loading of the module, and activate(). */
const wrapper = (main: string, result: string) => `
const { performance } = require("node:perf_hooks");
const start = performance.now();
const extension = require(${JSON.stringify(main)});
const loaded = performance.now();
exports.activate = (context) => {
  const begin = performance.now();
  const api = extension.activate(context);
  const end = performance.now();
  require("node:fs").appendFileSync(${JSON.stringify(result)}, JSON.stringify({ name: context.extension.id, load: loaded - start, activate: end - begin }) + "\\n");
  return api;
};
exports.deactivate = () => extension.deactivate?.();
`;

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "sistership-bench-"));
  try {
    const vsix = await packExtension();
    const result = join(home, "times.jsonl");
    const subject = await wrapped(home, "sistership", vsix, result);
    const empty = await wrapped(home, "empty", undefined, result);
    const folder = join(home, "project");
    mkdirSync(folder);
    // one start measures both: they share its moment of the machine
    const { both } = await rounds(starts, {
      both: async () => {
        rmSync(result, { force: true });
        await using vscode = await open({ folder, vsix: [subject, empty], env: { XDG_STATE_HOME: home } });
        await vscode.status("Sistership").waitFor();
        return times(result);
      },
    });
    report(both);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A packed extension that takes its own times; without a vsix, one that does nothing. */
async function wrapped(
  home: string,
  name: string,
  vsix: string | undefined,
  result: string,
): Promise<string> {
  const folder = join(home, name);
  mkdirSync(folder);
  if (vsix) {
    await installOnHost([["/usr/bin/unzip", "unzip"]]);
    await run({ program: "unzip", args: ["-q", vsix, "-d", folder] });
  } else {
    mkdirSync(join(folder, "extension/dist"), { recursive: true });
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const manifest = {
      name: "empty",
      publisher: "sistership",
      version: "1.0.0",
      engines,
      main: "./dist/extension.js",
    };
    writeFileSync(join(folder, "extension/package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "extension/dist/extension.js"), "exports.activate = () => {};");
    writeFileSync(join(folder, "extension/README.md"), "empty");
    copyFileSync(join(root, "LICENSE"), join(folder, "extension/LICENSE"));
  }
  const package_ = join(folder, "extension/package.json");
  const manifest = JSON.parse(readFileSync(package_, "utf8"));
  manifest.activationEvents = ["onStartupFinished"];
  manifest.main = "./dist/timed.js";
  delete manifest.scripts;
  writeFileSync(package_, JSON.stringify(manifest));
  writeFileSync(join(folder, "extension/dist/timed.js"), wrapper("./extension.js", result));
  const out = join(home, `${name}.vsix`);
  const flags = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  const args = ["package", ...flags, "--skip-license", "-o", out];
  await run({ program: "vsce", args, cwd: join(folder, "extension") });
  return out;
}

function times(file: string): Figures {
  const lines = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return Object.fromEntries(
    lines.flatMap(({ name, load, activate }) => {
      const who = name === "sistership.sistership" ? "ours" : "empty";
      return [
        [`${who}.load`, load],
        [`${who}.activate`, activate],
      ];
    }),
  );
}

function report(figures: readonly Figures[]): void {
  const dist = join(root, "dist");
  const files = globSync(["*.{js,json}", "webview/**/*.{js,css}"], { cwd: dist }).sort();
  const bundles = Object.fromEntries(files.map((name) => [name, statSync(join(dist, name)).size]));
  const activate = spread(figures, "ours.activate");
  const empty = spread(figures, "empty.activate");
  const load = spread(figures, "ours.load");
  const emptyLoad = spread(figures, "empty.load");
  publish(
    [
      { what: "activate(), ms", ...activate },
      { what: "activate() of an empty extension, ms", ...empty },
      { what: "loading the bundle, ms", ...load },
      { what: "loading an empty bundle, ms", ...emptyLoad },
    ],
    {
      activateMs: { median: activate.median, empty: empty.median },
      loadMs: { median: load.median, empty: emptyLoad.median },
      starts: figures.length,
      bundles,
    },
  );
}

await main();
