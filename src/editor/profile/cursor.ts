/** Where a cursor is in a profile that is being typed and may not parse: the path of the mapping it is in, and what is there already. */
export interface Cursor {
  /** The keys above. */
  path: (string | number)[];
  /** A key is being typed, or the value of one. */
  at: { kind: "key"; typed: string; siblings: string[] } | { kind: "value"; key: string; typed: string };
}

interface Line {
  indent: number;
  /** The line's list item begins here. */
  item: boolean;
  key: string | undefined;
}

const keyPattern = /^(\s*)((?:-\s+)*)(?:(["']?)([\w.-]+)\3\s*:(?=\s|$))?/;

function read(text: string): Line | undefined {
  if (/^\s*(#|$)/.test(text)) return undefined;
  const [, spaces = "", dashes = "", , key] = keyPattern.exec(text) ?? [];
  return { indent: spaces.length + dashes.length, item: dashes !== "", key };
}

/** Finds the cursor by indentation and by the braces on its own line. */
export function cursorAt(lines: readonly string[], line: number, column: number): Cursor {
  const text = (lines[line] ?? "").slice(0, column);
  const { indent, key } = read(text) ?? { indent: column, key: undefined };
  const above = pathAbove(lines, line, indent);
  if (key === undefined) {
    const typed = text.trim().replace(/^(-\s+)+/, "");
    return { path: above, at: { kind: "key", typed, siblings: siblings(lines, line, indent) } };
  }
  const value = text.slice(text.indexOf(":") + 1);
  return inFlow([...above, key], value);
}

/** The keys of the lines above with less indentation, outermost first. */
function pathAbove(lines: readonly string[], line: number, indent: number): (string | number)[] {
  const path: (string | number)[] = [];
  let within = indent;
  let index = 0;
  for (let number = line; number >= 0 && within > 0; number--) {
    const here = read(lines[number] ?? "");
    if (!here) continue;
    if (here.item && here.indent === within) {
      // a list item: its place is counted, and its list is what stands further out
      path.unshift(index);
      within -= 1;
      index = 0;
    } else if (number < line && here.key !== undefined && here.indent < within) {
      path.unshift(here.key);
      within = here.indent;
    }
  }
  return path;
}

/** The keys that stand beside the cursor, above and below. */
function siblings(lines: readonly string[], line: number, indent: number): string[] {
  const found: string[] = [];
  for (const step of [-1, 1]) {
    for (let number = line + step; number >= 0 && number < lines.length; number += step) {
      const here = read(lines[number] ?? "");
      if (!here) continue;
      if (here.indent < indent) break;
      if (here.indent === indent && here.key !== undefined) found.push(here.key);
    }
  }
  return found;
}

/** Walks through `{ key: value, key: { …` on the cursor's line. */
function inFlow(path: (string | number)[], value: string): Cursor {
  const open: { path: (string | number)[]; siblings: string[] }[] = [];
  let here = path;
  let word = "";
  let key: string | undefined;
  let quote = "";
  for (const char of value) {
    if (quote) {
      if (char === quote) quote = "";
      else word += char;
    } else if ((char === '"' || char === "'") && word.trim() === "") quote = char;
    else if (char === "{") {
      if (open.length > 0 && key !== undefined) here = [...here, key];
      open.push({ path: here, siblings: [] });
      [word, key] = ["", undefined];
    } else if (char === "}") {
      open.pop();
      here = open.at(-1)?.path ?? path;
      [word, key] = ["", undefined];
    } else if (char === "," && open.length > 0) {
      [word, key] = ["", undefined];
    } else if (char === ":" && open.length > 0 && key === undefined) {
      key = word.trim();
      open.at(-1)?.siblings.push(key);
      word = "";
    } else word += char;
  }
  const typed = word.trim();
  const map = open.at(-1);
  if (map === undefined) {
    return { path: path.slice(0, -1), at: { kind: "value", key: String(path.at(-1)), typed } };
  }
  if (key !== undefined) return { path: map.path, at: { kind: "value", key, typed } };
  return { path: map.path, at: { kind: "key", typed, siblings: map.siblings } };
}
