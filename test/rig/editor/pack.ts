import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";

const root = join(import.meta.dirname, "../../..");
const sources = [
  "package*.json",
  "esbuild.mjs",
  ".vscodeignore",
  "*.md",
  "{src,webview,media}/**/*.*",
  "templates/*/*",
];

/** The packed extension as a user gets it, made from the tree as it is; made again only where the tree changed. */
export async function packExtension(signal?: AbortSignal): Promise<string> {
  const files = sources.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  const key = contentKey(...files.flatMap((file) => [file, readFileSync(join(root, file), "base64")]));
  const vsix = join(cacheDir("editor", "vsix", contentKey(root)), "sistership.vsix");
  await once(`vsix-${contentKey(root)}`, key, async () => {
    const options = signal ? { signal } : {};
    await run({ program: "npm", args: ["run", "--silent", "package"], cwd: root }, options);
    cpSync(join(root, "dist/sistership.vsix"), vsix);
  });
  return vsix;
}

/** The program at the prompt as it is in the packed extension, put into a folder. */
export async function packedCli(folder: string): Promise<string> {
  const file = join(folder, "cli.js");
  // Python is there wherever the rig's editor was built, and reads zip files
  const read =
    "import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())";
  const args = ["-c", read, await packExtension(), "extension/dist/cli.js"];
  const { stdout } = await run({ program: "python3", args });
  writeFileSync(file, stdout);
  return file;
}

/** An extension that has one command and says when it is called: it stands in for one that cannot be had here. */
export async function packStandIn(command: string, folder: string): Promise<string> {
  const says = JSON.stringify(`${command} was called`);
  const manifest = {
    name: "stand-in",
    publisher: "rig",
    version: "1.0.0",
    engines: { vscode: "^1.100.0" },
    main: "./main.js",
    activationEvents: ["onStartupFinished"],
    contributes: { commands: [{ command, title: "Stand-in" }] },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(
    join(folder, "main.js"),
    `const vscode = require("vscode");
exports.activate = () => vscode.commands.registerCommand(${JSON.stringify(command)}, () => vscode.window.showInformationMessage(${says}));
`,
  );
  const vsix = join(folder, "stand-in.vsix");
  const args = [
    "package",
    "--no-dependencies",
    "--skip-license",
    "--allow-missing-repository",
    "--out",
    vsix,
  ];
  await run({ program: join(root, "node_modules/.bin/vsce"), args, cwd: folder });
  return vsix;
}
