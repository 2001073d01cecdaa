/** A shell line as words; quotes are taken off, operators stay as words of their own. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [whole, double, single] of line.matchAll(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|&&|\|\||[;|&]|(?:[^\s"';|&\\]|\\.|"[^"]*"|'[^']*')+/g,
  )) {
    words.push(double ?? single ?? whole);
  }
  return words;
}

const plain = /^[\w@%+=:,./*~${}[\]()!?^-]+$/;

/** Words as one would type them. */
export function joinWords(words: readonly string[]): string {
  return words
    .map((word) =>
      plain.test(word) && !/[()]/.test(word) ? word : word.includes("'") ? JSON.stringify(word) : `'${word}'`,
    )
    .join(" ");
}

/** The commands of a line, split at `&&` and `;`. */
export function splitCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const word of splitWords(line)) {
    if (word === "&&" || word === ";" || word === "||" || word === "&" || word === "|") commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.filter((words) => words.length > 0);
}

/** `cross-env A=b exec env C=d node x` → assignments, and what is run. */
export function unwrapAssignments(words: readonly string[]): {
  assigned: Record<string, string>;
  rest: string[];
} {
  const assigned: Record<string, string> = {};
  let index = 0;
  for (; index < words.length; index++) {
    const word = words[index] ?? "";
    const pair = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (pair) assigned[pair[1] ?? ""] = pair[2] ?? "";
    else if (!/^(cross-env(-shell)?|exec|env|time|dotenv|--|npx|bunx)$/.test(word)) break;
    else if (word === "dotenv")
      while (words[index + 1] !== undefined && words[index + 1] !== "--" && words[index + 1]?.startsWith("-"))
        index += /^-[ef]$/.test(words[index + 1] ?? "") ? 2 : 1;
  }
  return { assigned, rest: words.slice(index) };
}

/** The value of the first of these flags: `-p 3000`, `--port=3000`. */
export function flagOf(words: readonly string[], ...flags: string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    for (const flag of flags) {
      if (word === flag) return words[index + 1];
      if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
      // -p3000
      if (/^-[a-z]$/i.test(flag) && word.startsWith(flag) && /^\d/.test(word.slice(2))) return word.slice(2);
    }
  }
  return undefined;
}

/** `$PORT`, `${PORT:-8000}` and the like, filled in. */
export function fillPort(text: string, port: number): string {
  return text.replace(/\$\{PORT(?::?[-=?][^}]*)?\}|\$PORT\b|%PORT%/g, String(port));
}

/** The default that a line gives for PORT: `${PORT:-8000}`. */
export function portInShell(text: string): number | undefined {
  const found = /\$\{PORT:?[-=](\d+)\}/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** A port that a command names, whoever reads it. */
export function portInCommand(line: string): number | undefined {
  const words = splitWords(line);
  const said =
    flagOf(
      words,
      "--port",
      "-p",
      "--server.port",
      "--server_port",
      "--http-port",
      "-Dserver.port",
      "--listen",
      "-l",
    ) ??
    /:(\d{2,5})$/.exec(
      flagOf(words, "--bind", "-b", "--binding", "--address", "-S", "--addr", "-H", "--urls", "--http") ?? "",
    )?.[1] ??
    /-Dserver\.port=(\d+)/.exec(line)?.[1] ??
    /\bPORT=(\d+)/.exec(line)?.[1] ??
    /(?:runserver|0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\])[: ](\d{2,5})\b/.exec(line)?.[1] ??
    portInShell(line)?.toString();
  const port = Number(said);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

/** Loopback addresses in a command, so that nothing outside of the container reaches it, as the open one. */
export function openAddress(line: string): { line: string; was?: string } {
  const found = /(?<=[\s=/'"]|^)(127\.0\.0\.1|localhost)(?=[:\s'"]|$)/.exec(line);
  const listens =
    /(--?(host|hostname|bind|b|H|S|address|addr|ip|server\.address|urls|http|o)[= ]|runserver\s|tcp:\/\/|http:\/\/)\S*(127\.0\.0\.1|localhost)/.test(
      line,
    );
  if (found === null || !listens) return { line };
  return {
    line: `${line.slice(0, found.index)}0.0.0.0${line.slice(found.index + found[0].length)}`,
    was: found[0],
  };
}

/** `registry:5000/name:tag@sha256:…` → its name and its tag. */
export function splitImage(image: string): [string, string | undefined] {
  const bare = image.split("@")[0] ?? "";
  const colon = bare.lastIndexOf(":");
  return colon > bare.lastIndexOf("/") ? [bare.slice(0, colon), bare.slice(colon + 1)] : [bare, undefined];
}
