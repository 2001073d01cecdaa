import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { detect } from "../../../src/engine/profile/index.ts";
import { median } from "../harness.ts";

export const sizes = [100, 1_000, 10_000, 100_000] as const;

const freshProcesses = 3;
const followingCalls = 5;

export interface Times {
  /** The first call in a fresh process, the median of several processes. */
  cold: number;
  /** The median of the calls that follow it. */
  warm: number;
}

/** Makes a tree of so many files in a temporary folder and times detection there, each time in a new process. */
export async function timeTree(files: number, script: string): Promise<Times> {
  const dir = mkdtempSync(join(tmpdir(), "sistership-detect-"));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  // a run that is stopped half-way leaves no hundred thousand files behind
  const stop = () => process.exit(1);
  process.once("exit", remove).once("SIGINT", stop).once("SIGTERM", stop);
  try {
    growTree(dir, files);
    const taken: Times[] = [];
    for (let count = 0; count < freshProcesses; count++) {
      const { stdout } = await run({ program: process.execPath, args: [script, "--times", dir] });
      taken.push(JSON.parse(stdout.trim()));
    }
    return { cold: median(taken.map(({ cold }) => cold)), warm: median(taken.map(({ warm }) => warm)) };
  } finally {
    remove();
    process.off("exit", remove).off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** Times the first call of this process and those that follow. */
export async function measureOnce(dir: string): Promise<Times> {
  const taken: number[] = [];
  for (let count = 0; count <= followingCalls; count++) {
    const start = performance.now();
    const { profile } = await detect(dir);
    taken.push(performance.now() - start);
    if (profile.runtime?.startsWith("node") !== true) throw new Error(`${dir} was not recognised as Node`);
  }
  const [cold = Number.NaN, ...following] = taken;
  return { cold, warm: median(following) };
}

/** An Express application with so many files that count, and beside them what every checkout has and nobody reads. */
function growTree(dir: string, files: number): void {
  const manifest = {
    name: "grown",
    private: true,
    scripts: { build: "tsc -p .", start: "node dist/server.js" },
    dependencies: { express: "^5.1.0", pg: "^8.16.0" },
    devDependencies: { typescript: "^5.9.0" },
    engines: { node: "24.x" },
  };
  const fixed: Record<string, string> = {
    "package.json": JSON.stringify(manifest, null, 2),
    "package-lock.json": JSON.stringify({ name: "grown", lockfileVersion: 3, packages: {} }),
    "tsconfig.json": JSON.stringify({ compilerOptions: { outDir: "dist", rootDir: "src" } }),
    ".gitignore": "node_modules/\ndist/\n.env\n",
    ".env.example": "DATABASE_URL=postgres://app:change-me@localhost:5432/app\nPORT=3000\n",
    "README.md": "# Grown\n",
    "src/server.ts": 'import express from "express";\nexpress().listen(Number(process.env.PORT ?? 3000));\n',
  };
  for (const [path, text] of Object.entries(fixed)) write(dir, path, text);
  const extensions = ["ts", "ts", "ts", "tsx", "css", "json", "md", "svg"];
  for (let n = Object.keys(fixed).length; n < files; n++) {
    const extension = extensions[n % extensions.length] ?? "ts";
    write(dir, `src/${folderOf(n)}/part${n}.${extension}`, textOf(extension, n));
  }
  // as many again in folders that are not walked, up to what a large project has
  const ignored = Math.min(files, 30_000);
  for (let n = 0; n < ignored; n++) {
    if (n % 20 === 0)
      write(dir, `node_modules/package${n}/package.json`, `{"name":"package${n}","main":"index.js"}`);
    else if (n % 10 === 1) write(dir, `.git/objects/${(n % 256).toString(16).padStart(2, "0")}/${n}`, `${n}`);
    else if (n % 10 === 2) write(dir, `dist/${folderOf(n)}/part${n}.js`, textOf("ts", n));
    else write(dir, `node_modules/package${n - (n % 20)}/lib/file${n}.js`, textOf("ts", n));
  }
}

/** Folders of about twenty files, three deep. */
function folderOf(n: number): string {
  const leaf = Math.floor(n / 20);
  return `area${leaf % 13}/feature${Math.floor(leaf / 13) % 17}/unit${leaf}`;
}

function textOf(extension: string, n: number): string {
  if (extension === "json") return JSON.stringify({ id: n, title: `Part ${n}`, tags: ["one", "two"] });
  if (extension === "md") return `# Part ${n}\n\n${"Words about this part.\n".repeat(20)}`;
  if (extension === "css") return `.part${n} { color: #333; }\n`.repeat(12);
  if (extension === "svg") return `<svg viewBox="0 0 ${n} ${n}"><path d="M0 0h${n}"/></svg>\n`;
  return `import { other } from "../other.ts";\n\n${`export function part${n}(value: number) {\n  return other(value + ${n});\n}\n`.repeat(12)}`;
}

function write(dir: string, path: string, text: string): void {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
