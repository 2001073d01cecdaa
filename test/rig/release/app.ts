import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How an application behaves that is to go wrong: each word is one of app/server.js. */
export interface Manner {
  crashes?: true;
  /** Whether it says that it is well; "at first" for its first five seconds. */
  well?: "never" | "at first";
  port?: number;
  /** Ends at once when it is told to. */
  hasty?: true;
}

/** What stands in sistership.yaml beside its name and its stages. */
interface Profile {
  more?: string;
  /** Lines of processes beside the one that is visited. */
  processes?: readonly string[];
  release?: string;
  stopGrace?: string;
}

/** The application of tests that send requests: no packages, so it is built in a moment. */
export function visited(
  name: string,
  { more = "", processes = [], release, stopGrace = "3s" }: Profile = {},
): Record<string, string> {
  const file = (path: string) => readFileSync(join(import.meta.dirname, "app", path), "utf8");
  return {
    "server.js": file("server.js"),
    "package.json": file("package.json"),
    "sistership.yaml": [
      `name: ${name}`,
      "runtime: node@22",
      "processes:",
      `  web: { run: node server.js, port: 3000, health: { path: /healthz, start: 4s }, stopGrace: ${stopGrace} }`,
      ...processes.map((line) => `  ${line}`),
      ...(release === undefined ? [] : [`release: ${release}`]),
      ...(more === "" ? [] : [more]),
      "",
    ].join("\n"),
  };
}

/** Its source with another version, and in another manner. */
export const become =
  (version: string, manner: Manner = {}) =>
  (source: string): string =>
    source
      .replace(/^const version = .*$/m, `const version = ${JSON.stringify(version)};`)
      .replace(/^const manner = .*$/m, `const manner = ${JSON.stringify(manner)};`);
