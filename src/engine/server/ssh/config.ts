import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { glob } from "./glob.ts";
import { keywordOf, words } from "./words.ts";

/** A line of an SSH configuration. */
export interface Directive {
  keyword: string;
  /** What follows the keyword, as it stands. */
  rest: string;
  file: string;
  line: number;
  /** Of an Include: the files it names, each with its lines. */
  included?: readonly (readonly Directive[])[];
}

const deepest = 16; // as in OpenSSH

/** Reads a configuration and all that it includes; what is not there or not readable has no lines. */
export function readConfig(file: string, home: string, kind: "user" | "system" = "user"): Directive[] {
  const base = kind === "user" ? join(home, ".ssh") : dirname(file);
  return read(file, []);

  function read(from: string, chain: readonly string[]): Directive[] {
    if (chain.includes(from) || chain.length > deepest) return []; // files may include each other
    return linesOf(from).flatMap((text, index) => {
      const line = keywordOf(text);
      if (!line) return [];
      const directive = { ...line, file: from, line: index + 1 };
      if (line.keyword !== "include") return [directive];
      const files = (words(line.rest) ?? []).flatMap((pattern) => glob(absolute(pattern)));
      return [{ ...directive, included: files.map((one) => read(one, [...chain, from])) }];
    });
  }

  function absolute(pattern: string): string {
    if (pattern === "~" || pattern.startsWith("~/")) return join(home, pattern.slice(1));
    return isAbsolute(pattern) ? pattern : join(base, pattern);
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    // ssh, too, does without a configuration or an included file that is not there
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "EACCES" || code === "ENOTDIR" || code === "EISDIR") return [];
    throw error;
  }
}
