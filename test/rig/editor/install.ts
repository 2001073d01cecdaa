import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, once } from "../cache.ts";
import { installOnHost } from "../docker/install.ts";

/** VS Code's server and workbench as npm's code-server carries them, and the browser that shows them. */
export interface Editor {
  /** What a user starts: the workbench behind a web page. */
  entry: string;
  /** VS Code's own server, for suites inside the extension host. */
  server: string;
  chromium: string;
}

const version = "4.139.1"; // VS Code 1.139.1
const chromium = "/usr/bin/chromium";
/** The only modules of the server that must be compiled; the others bring their binaries. */
const compiled = ["@vscode/spdlog", "@vscode/native-watchdog", "@vscode/sqlite3"];

/** Makes sure that the editor stands; built once, in the rig's cache. */
export async function editor(signal?: AbortSignal): Promise<Editor> {
  const key = `${version} ${process.version}`;
  const home = join(cacheDir("editor"), version);
  const options = signal ? { signal } : {};
  await once("editor", key, async () => {
    await installOnHost(
      [
        ["/usr/bin/g++", "g++"],
        ["/usr/bin/make", "make"],
        ["/usr/bin/python3", "python3"],
        ["/usr/include/gssapi/gssapi.h", "libkrb5-dev"],
      ],
      signal,
    );
    await rm(home, { recursive: true, force: true });
    const building = await mkdtemp(join(cacheDir("editor"), "building-"));
    try {
      await build(building, options);
      await rename(building, home);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  });
  await installOnHost(
    [
      [chromium, "chromium"],
      ["/usr/bin/ssh", "openssh-client"], // what the extension itself runs
      ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core"],
    ],
    signal,
  );
  return {
    entry: join(home, "out/node/entry.js"),
    server: join(home, "lib/vscode/out/server-main.js"),
    chromium,
  };
}

async function build(folder: string, options: { signal?: AbortSignal }): Promise<void> {
  const npm = (args: readonly string[], cwd: string, env: Record<string, string> = {}) =>
    run(
      { program: "npm", args: [...args, "--no-audit", "--no-fund", "--loglevel=error"], cwd, env },
      options,
    );
  // npm's own packages of the modules that follow would not be the tested ones: its shrinkwrap says which are
  await unpack(`code-server@${version}`, folder, options);
  const modules = ["install", "--ignore-scripts", "--omit=dev"];
  await npm(modules, folder);
  await npm(modules, join(folder, "lib/vscode"));
  // the headers of the very Node that will run it
  const headers = join(folder, "node-headers");
  await unpack(`node-linux-${process.arch}@${process.version.slice(1)}`, headers, options);
  await npm(["rebuild", ...compiled], join(folder, "lib/vscode"), { npm_config_nodedir: headers });
  await rm(headers, { recursive: true });
}

/** Brings a package of npm into a folder. */
async function unpack(name: string, folder: string, options: { signal?: AbortSignal }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { stdout } = await run(
    { program: "npm", args: ["pack", "--silent", "--pack-destination", folder, name], cwd: folder },
    options,
  );
  const file = join(folder, stdout.trim());
  await run({ program: "tar", args: ["xzf", file, "-C", folder, "--strip-components=1"] }, options);
  await rm(file);
}
