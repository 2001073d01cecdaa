import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cursor, cursorAt } from "../../../src/editor/profile/cursor.ts";

/** The cursor is where the bar stands. */
function at(text: string): Cursor {
  const before = text.slice(0, text.indexOf("|")).split("\n");
  return cursorAt(text.replace("|", "").split("\n"), before.length - 1, before.at(-1)?.length ?? 0);
}

const cases: { name: string; text: string; path: (string | number)[]; at: Cursor["at"] }[] = [
  {
    name: "a key at the root",
    text: "name: a\nru|\nenv: {}\n",
    path: [],
    at: { kind: "key", typed: "ru", siblings: ["name", "env"] },
  },
  {
    name: "an empty line at the root",
    text: "name: a\n|",
    path: [],
    at: { kind: "key", typed: "", siblings: ["name"] },
  },
  {
    name: "a value at the root",
    text: "framework: fa|",
    path: [],
    at: { kind: "value", key: "framework", typed: "fa" },
  },
  {
    name: "a key one level in",
    text: "build:\n  run: x\n  in|",
    path: ["build"],
    at: { kind: "key", typed: "in", siblings: ["run"] },
  },
  {
    name: "an empty line one level in",
    text: "build:\n  |\nenv:",
    path: ["build"],
    at: { kind: "key", typed: "", siblings: [] },
  },
  {
    name: "a value two levels in, past comments and another branch",
    text: "processes:\n  worker:\n    run: a\n\n  # the site\n  web:\n    port: 80|",
    path: ["processes", "web"],
    at: { kind: "value", key: "port", typed: "80" },
  },
  {
    name: "a key in a flow mapping",
    text: "processes:\n  web: { run: a b, po|",
    path: ["processes", "web"],
    at: { kind: "key", typed: "po", siblings: ["run"] },
  },
  {
    name: "a value in a flow mapping within another",
    text: "stages: { live: { servers: [a], env: { LOG: wa|",
    path: ["stages", "live", "env"],
    at: { kind: "value", key: "LOG", typed: "wa" },
  },
  {
    name: "after a flow mapping was closed",
    text: "services: { db: { kind: postgres }, ca|",
    path: ["services"],
    at: { kind: "key", typed: "ca", siblings: ["db"] },
  },
  {
    name: "a colon and braces in quotes",
    text: 'env: { A: "{x: y", B|',
    path: ["env"],
    at: { kind: "key", typed: "B", siblings: ["A"] },
  },
];

for (const { name, text, path, at: expected } of cases) {
  test(`the cursor is known to be at ${name}`, () => assert.deepEqual(at(text), { path, at: expected }));
}
