import { readdirSync } from "node:fs";
import { join, parse } from "node:path";

/** The files that a pattern with `*`, `?` and `[…]` names, in order. One without them is itself, whether it is there or not. */
export function glob(pattern: string): string[] {
  const { root } = parse(pattern);
  const parts = pattern
    .slice(root.length)
    .split(/[\\/]/)
    .filter((part) => part !== "");
  return parts.reduce<string[]>(
    (folders, part) => folders.flatMap((folder) => step(folder, part)),
    [root === "" ? "." : root],
  );
}

function step(folder: string, part: string): string[] {
  if (!/[*?[]/.test(part)) return [join(folder, part)];
  const wanted = new RegExp(`^${expression(part)}$`);
  return entriesOf(folder)
    .filter((entry) => (part.startsWith(".") || !entry.startsWith(".")) && wanted.test(entry))
    .sort()
    .map((entry) => join(folder, entry));
}

function expression(part: string): string {
  return part.replace(/\[[!^]?\]?[^\]]*\]|[\s\S]/g, (found) => {
    if (found === "*") return ".*";
    if (found === "?") return ".";
    if (found.length > 1)
      return found
        .replaceAll("\\", "\\\\")
        .replace(/^\[!/, "[^")
        .replace(/^(\[\^?)\]/, "$1\\]");
    return found.replace(/[.+^${}()|[\]\\]/, "\\$&");
  });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // what is not there or not readable has no files for us, as for glob(3)
  }
}
