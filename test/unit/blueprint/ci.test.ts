// What is deployed without anybody's yes, and what a workflow is handed.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ciCli, ciStages, ciWorkflow, status } from "../../../src/engine/blueprint/index.ts";
import { parseProfile } from "../../../src/engine/profile/index.ts";

function profile(stages: string, more = "") {
  const parsed = parseProfile(`name: shop
runtime: node@22
processes: { web: { run: node server.js, port: 3000 } }
${more}
stages: ${stages}
`);
  assert.ok(parsed.ok, JSON.stringify(parsed.problems));
  return parsed.profile;
}
const stage = "{ servers: [fra1] }";

describe("stages are deployed in order, and those that people use after somebody's yes", () => {
  const cases: [string, string][] = [
    [`{ staging: ${stage}, production: ${stage} }`, "staging, production!"],
    [`{ production: ${stage}, staging: ${stage} }`, "staging, production!"],
    [`{ prod-eu: ${stage}, prod-us: ${stage}, qa: ${stage} }`, "qa, prod-eu!, prod-us!"],
    [`{ first: ${stage}, second: ${stage} }`, "first, second!"],
    [`{ only: ${stage} }`, "only!"],
    [`{ staging: ${stage} }`, "staging"],
  ];
  for (const [stages, expected] of cases)
    test(expected, () => {
      const found = ciStages(profile(stages)).map(({ name, reviewed }) => `${name}${reviewed ? "!" : ""}`);
      assert.equal(found.join(", "), expected);
      const { text } = ciWorkflow(profile(stages), { branch: "main", folder: "." });
      const guards = text.match(/ && vars\.SISTERSHIP_REVIEWED == 'yes'$/gm)?.length ?? 0;
      assert.equal(guards, expected.split("!").length - 1);
    });
});

test("a stage is handed the variables that it has no value of, and no name that GitHub keeps for itself", () => {
  const env = "env: { API_KEY: { secret: true }, GITHUB_APP: { secret: true }, LEVEL: info }";
  const stages = `{ staging: { servers: [fra1], env: { API_KEY: none } }, production: ${stage} }`;
  assert.deepEqual(
    ciStages(profile(stages, env)).map(({ secrets, reserved }) => [secrets, reserved]),
    [
      [[], ["GITHUB_APP"]],
      [["API_KEY"], ["GITHUB_APP"]],
    ],
  );
});

test("the program that was put there once puts itself there again as it is", async () => {
  const where = { branch: "main", folder: "app" };
  const first = ciCli("#!/usr/bin/env node\nrun();\n", "1.0.0", where);
  assert.equal(first.path, "app/.sistership/cli.cjs");
  assert.match(first.text, /^\/\/ Sistership 1\.0\.0/);
  const [found] = await status([ciCli(first.text, "1.0.0", where)], async () => first.text);
  assert.equal(found?.state, "current");
});
