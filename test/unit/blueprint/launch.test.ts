import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withConfigurations } from "../../../src/engine/blueprint/index.ts";
import { parseProfile } from "../../../src/engine/profile/index.ts";

const parsed = parseProfile(
  "name: shop\nruntime: node@22\nprocesses:\n  web: { run: node a.js, port: 3000 }\n  worker: { run: node b.js }\n",
  "sistership.yaml",
);
assert.ok(parsed.ok);
const { profile } = parsed;
const web = '{ "name": "Debug web", "type": "sistership", "request": "attach", "process": "web" }';

const cases: [name: string, text: string, expected: string | undefined][] = [
  [
    "comments and what stands there stay",
    `{
  // of the team
  "version": "0.2.0",
  "configurations": [
    { "name": "Mine", "type": "node", "program": "http://x" } // the "old" one
    /* the end */
  ],
  "compounds": []
}
`,
    `{
  // of the team
  "version": "0.2.0",
  "configurations": [
    { "name": "Mine", "type": "node", "program": "http://x" }, // the "old" one
    /* the end */
    {
      "name": "Debug web",
      "type": "sistership",
      "request": "attach",
      "process": "web"
    },
    {
      "name": "Debug worker",
      "type": "sistership",
      "request": "attach",
      "process": "worker"
    }
  ],
  "compounds": []
}
`,
  ],
  [
    "only what is missing, after a comma that stands last",
    `{ "configurations": [
  ${web},
] }`,
    `{ "configurations": [
  ${web},
  {
    "name": "Debug worker",
    "type": "sistership",
    "request": "attach",
    "process": "worker"
  }
] }`,
  ],
  ["nothing is missing", `{ "configurations": [${web}, ${web.replaceAll("web", "worker")}] }`, undefined],
  ["no list to add to", '{ "version": "0.2.0" }', undefined],
  ["a text that is none", '{ "configurations": [', undefined],
  ["a list of the same name further in", '{ "a": { "configurations": [] } }', undefined],
];

describe("a launch.json of the user's own", () => {
  for (const [name, text, expected] of cases) {
    test(name, () => assert.equal(withConfigurations(text, profile)?.text, expected));
  }
  test("with an empty list is filled", () => {
    const filled = withConfigurations('{\n\t"configurations": []\n}', profile);
    assert.deepEqual(filled?.added, ["web", "worker"]);
    assert.equal(JSON.parse(filled?.text ?? "").configurations.length, 2);
  });
});
