import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { fault } from "../../process/index.ts";

/** A repository as an index of paths, with the text of a file read when somebody asks for it. */
export interface Tree {
  /** Paths of all files, from the root, with forward slashes, sorted. */
  readonly files: readonly string[];
  has(path: string): boolean;
  hasFolder(path: string): boolean;
  /** Files straight in a folder, by name. */
  in(folder: string): readonly string[];
  folders(folder: string): readonly string[];
  /** Every file with this name, nearest to the root first. */
  named(name: string): readonly string[];
  /** The text, if it is a text file of at most 1 MB that may be read. */
  text(path: string): string | undefined;
  /** The text, if a hand may have written it: patterns are run over nothing else. */
  code(path: string): string | undefined;
}

const largest = 1024 * 1024;
/** A tree beyond this is no application's source; what was seen so far is judged. */
const most = 300_000;
const deepest = 24;
const together = 32;

/** Folders that hold what others wrote or what a build made. Never walked. */
const skipped = new Set([
  "node_modules",
  "bower_components",
  "jspm_packages",
  "vendor",
  "__pycache__",
  "site-packages",
  "venv",
  "virtualenv",
  "env",
  "dist",
  "target",
  "_build",
  "deps",
  "obj",
  "coverage",
  "htmlcov",
  "DerivedData",
  "Pods",
  "tmp",
]);

const kept = new Set([".devcontainer", ".ddev", ".platform", ".mvn", ".config", ".streamlit"]);

/** Secrets that real people keep: neither opened nor listed. */
const secret =
  /^(\.env(\.(local|production|prod|development|dev|staging|test))?(\.local)?|.*\.(pem|key|p12|pfx|keystore|jks)|id_(rsa|dsa|ecdsa|ed25519))$/i;

export async function readTree(root: string, signal?: AbortSignal): Promise<Tree> {
  const files: string[] = [];
  const contents = new Map<string, { files: string[]; folders: string[] }>();
  let waiting: { folder: string; rules: Rules[] }[] = [{ folder: "", rules: [] }];
  while (waiting.length > 0 && files.length < most) {
    if (signal?.aborted) throw fault("cancelled", ["Detection"]);
    const batch = waiting.splice(0, together);
    const read = await Promise.all(batch.map((one) => readFolder(root, one.folder, one.rules)));
    const next: typeof waiting = [];
    read.forEach((found, index) => {
      const folder = batch[index]?.folder ?? "";
      contents.set(folder, found);
      for (const name of found.files) files.push(posix.join(folder, name));
      if (folder.split("/").length > deepest) return;
      for (const name of found.folders) next.push({ folder: posix.join(folder, name), rules: found.rules });
    });
    waiting = waiting.concat(next);
  }
  return index(root, files.sort(), contents);
}

/** The rules of one .gitignore, and the folder they are seen from. */
interface Rules {
  from: string;
  ignore: Ignore;
}

async function readFolder(root: string, folder: string, above: Rules[]) {
  const files: string[] = [];
  const folders: string[] = [];
  let rules = above;
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.isFile() && entry.name === ".gitignore")) {
    const text = readText(join(root, folder, ".gitignore"));
    if (text !== undefined)
      rules = [...above, { from: folder, ignore: ignore({ allowRelativePaths: true }).add(text) }];
  }
  for (const entry of entries) {
    const { name } = entry;
    if (name.includes("\\") || /[\0\r\n]/.test(name)) continue;
    const path = posix.join(folder, name);
    if (entry.isDirectory()) {
      if (skipped.has(name) || (name.startsWith(".") && !kept.has(name))) continue;
      if (!isIgnored(rules, `${path}/`)) folders.push(name);
    } else if (entry.isFile() || (entry.isSymbolicLink() && leadsToFile(root, path))) {
      if (!secret.test(name)) files.push(name);
    }
  }
  return { files: files.sort(), folders: folders.sort(), rules };
}

function isIgnored(rules: readonly Rules[], path: string): boolean {
  return rules.some(({ from, ignore }) => {
    const seen = from === "" ? path : path.slice(from.length + 1);
    return ignore.ignores(seen);
  });
}

/** Links to folders are never followed (they may loop); links to files only where they stay inside. */
function leadsToFile(root: string, path: string): boolean {
  try {
    const real = realpathSync(join(root, path));
    return (
      real.startsWith(realpathSync(root) + sep) &&
      statSync(real).isFile() &&
      !secret.test(posix.basename(real))
    );
  } catch {
    return false;
  }
}

function index(
  root: string,
  files: readonly string[],
  contents: ReadonlyMap<string, { files: string[]; folders: string[] }>,
): Tree {
  const all = new Set(files);
  const byName = new Map<string, string[]>();
  for (const path of files) {
    const name = posix.basename(path);
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [path]);
    else same.push(path);
  }
  const depth = (path: string) => path.split("/").length;
  for (const paths of byName.values()) paths.sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  const texts = new Map<string, string | undefined>();
  const codes = new Map<string, string | undefined>();
  const text = (path: string) => {
    if (!all.has(path)) return undefined;
    if (!texts.has(path)) texts.set(path, readText(join(root, path)));
    return texts.get(path);
  };
  return {
    files,
    has: (path) => all.has(path),
    hasFolder: (path) => contents.has(path),
    in: (folder) => contents.get(folder)?.files ?? [],
    folders: (folder) => contents.get(folder)?.folders ?? [],
    named: (name) => byName.get(name) ?? [],
    text,
    code(path) {
      if (!codes.has(path)) {
        const written = text(path);
        codes.set(path, written !== undefined && isHandwritten(written) ? written : undefined);
      }
      return codes.get(path);
    },
  };
}

const longestCode = 300_000;
const longestLine = 8_000;
const longestGap = 400;

/** Minified and generated text, and runs of blanks on which patterns would take their time, are nobody's code. */
function isHandwritten(text: string): boolean {
  if (text.length > longestCode) return false;
  let line = 0;
  let gap = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    line = code === 10 ? 0 : line + 1;
    gap = code === 32 || (code >= 9 && code <= 13) ? gap + 1 : 0;
    if (line > longestLine || gap > longestGap) return false;
  }
  return true;
}

/** Undefined for what cannot be read, is too large, or is not text. */
function readText(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    if (size > largest) return undefined;
    const bytes = Buffer.alloc(size);
    const read = readSync(file, bytes, 0, size, 0);
    const text = bytes.toString("utf8", 0, read);
    if (text.includes("\0"))
      return text.startsWith("\ufffd\ufffd") ? bytes.toString("utf16le", 2, read) : undefined;
    return text.replace(/^\ufeff/, "");
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
