import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";

/** A host that the user's SSH configuration names. */
export interface SshHost {
  name: string;
  file: string;
  line: number;
}

/** The hosts that an SSH configuration and the files it includes name; patterns are not hosts. */
export function sshHosts(file: string, home: string): SshHost[] {
  const hosts = new Map<string, SshHost>();
  const seen = new Set<string>(); // files may include each other
  read(file);
  return [...hosts.values()];

  function read(from: string): void {
    if (seen.has(from)) return;
    seen.add(from);
    for (const [index, text] of linesOf(from).entries()) {
      const [keyword, ...values] = words(text);
      if (keyword?.toLowerCase() === "include") {
        for (const pattern of values) for (const included of expand(pattern)) read(included);
      }
      if (keyword?.toLowerCase() !== "host") continue;
      for (const name of values) {
        if (/[*?!]/.test(name) || name.startsWith("-") || hosts.has(name)) continue;
        hosts.set(name, { name, file: from, line: index + 1 });
      }
    }
  }

  function expand(pattern: string): string[] {
    const full = pattern.startsWith("~/")
      ? join(home, pattern.slice(2))
      : isAbsolute(pattern)
        ? pattern
        : join(home, ".ssh", pattern);
    if (!/[*?]/.test(full)) return [full];
    const folder = dirname(full);
    const names = wildcard(basename(full));
    return entriesOf(folder)
      .filter((entry) => names.test(entry))
      .sort()
      .map((entry) => join(folder, entry));
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    // ssh, too, does without a configuration or an included file that is not there or not readable
    if (isMissing(error)) return [];
    throw error;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** `*` and `?` of a file name, as Include allows them. */
function wildcard(pattern: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "EACCES" || code === "ENOTDIR" || code === "EISDIR";
}

/** The words of a line: `Keyword value "value with spaces"` or `Keyword=value`; comments are none. */
function words(line: string): string[] {
  const text = line.trim();
  if (text.startsWith("#")) return [];
  return [...text.replace(/^(\w+)\s*=\s*/, "$1 ").matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? "",
  );
}
