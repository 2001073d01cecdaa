import { isAbsolute, join, posix } from "node:path";
import type { Mount } from "./open.ts";

/** A place in a source file that a line names. */
export interface Place {
  /** Where it stands in the line. */
  from: number;
  to: number;
  path: string;
  line: number;
  column?: number;
}

// Python: File "/app/main.py", line 12
const quoted = /File "([^"]+)", line (\d+)/g;
// most others: src/server.js:10:5, /app/index.php:3, and PHP's "in /app/index.php on line 3"
const colon =
  /(?:file:\/\/)?((?:\.{0,2}\/)?[\w@.+~-]+(?:\/[\w@.+~-]+)*\.[A-Za-z][A-Za-z0-9]{0,9}):(\d{1,7})(?::(\d{1,6}))?/g;
const worded = /((?:\/[\w@.+~-]+)+\.\w{1,10})(?: on line |\()(\d{1,7})/g;

/** The places in source files that a text names. */
export function placesIn(text: string): Place[] {
  const found: Place[] = [];
  for (const pattern of [quoted, worded, colon]) {
    for (const { 0: whole, 1: path, 2: line, 3: column, index } of text.matchAll(pattern)) {
      // example.com:8080 is an address, not a file
      if (path === undefined || line === undefined || isAddress(text, index, path)) continue;
      if (found.some(({ from, to }) => index < to && index + whole.length > from)) continue;
      const place = { from: index, to: index + whole.length, path, line: Number(line) };
      found.push(column === undefined ? place : { ...place, column: Number(column) });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

function isAddress(text: string, at: number, path: string): boolean {
  const before = text.slice(Math.max(0, at - 3), at);
  return (
    /:\/{1,2}$/.test(before) ||
    /^[\w.-]+\.(?:com|net|org|io|dev|local|localhost|internal|localdomain)$/.test(path)
  );
}

/** Where a path inside a container may be on this machine, the likeliest first. */
export function outside(path: string, folder: string, mounts: readonly Mount[]): string[] {
  if (!posix.isAbsolute(path)) {
    const under = mounts.map((mount) => join(mount.outside, path));
    return [...new Set([join(folder, path), ...under])];
  }
  const deepest = mounts
    .filter(({ inside }) => path === inside || path.startsWith(inside.replace(/\/?$/, "/")))
    .sort((a, b) => b.inside.length - a.inside.length);
  const mapped = deepest.map((mount) => join(mount.outside, path.slice(mount.inside.length)));
  // an image that was built with the source, without a mount: /app, /srv/app, /usr/src/app…
  const built = /^\/(?:app|code|workspace|srv|var\/www\/html|usr\/src\/app)\/(.+)$/.exec(path)?.[1];
  const own = isAbsolute(path) && path.startsWith(`${folder}/`) ? [path] : [];
  return [...new Set([...mapped, ...own, ...(built ? [join(folder, built)] : [])])];
}
