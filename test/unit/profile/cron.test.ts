// A schedule is read as cron reads it, and what cron would misread is said where it stands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTime, readCron } from "../../../src/engine/profile/cron.ts";
import { parseProfile } from "../../../src/engine/profile/index.ts";

const from = "2026-11-27T22:30:00Z"; // a Friday
for (const [text, next] of [
  ["0 3 * * *", "2026-11-28T03:00"],
  ["*/20 * * * *", "2026-11-27T22:40"],
  ["5/20 22 * * *", "2026-11-27T22:45"],
  ["30 22 * * *", "2026-11-28T22:30"],
  ["0 9-17/4 * * MON-FRI", "2026-11-30T09:00"],
  ["0 0 * * 7", "2026-11-29T00:00"],
  ["0 0 13 * FRI", "2026-12-04T00:00"],
  ["0 0 29 feb *", "2028-02-29T00:00"],
  ["15,45 0 31 */2 *", "2027-01-31T00:15"],
  ["@monthly", "2026-12-01T00:00"],
  ["@yearly", "2027-01-01T00:00"],
] as const)
  test(`${text} comes next at ${next}`, () => {
    const read = readCron(text);
    assert.ok(read.ok);
    assert.equal(nextTime(read.times, new Date(from)).toISOString(), `${next}:00.000Z`);
  });

for (const [text, reason] of [
  ["60 3 * * *", 'has "60" as minute, which takes 0 to 59'],
  ["0 3 * * FRY", 'has "FRY" as day of the week, which takes 0 to 7'],
  ["0 5-3 * * *", 'has "5-3" as hour, which takes 0 to 23'],
  ["*/0 3 * * *", 'has "*/0" as minute, which takes 0 to 59'],
  ["0 0 31 2 *", "is a day that never comes"],
] as const)
  test(`${text} is refused at its own line`, () => {
    const profile = `name: shop
runtime: node@22
processes:
  web: { run: node server.js, port: 3000 }
  nightly: { run: node night.js, schedule: "${text}" }
`;
    const parsed = parseProfile(profile);
    assert.ok(!parsed.ok);
    const [problem] = parsed.problems;
    assert.equal(problem?.message, `processes.nightly.schedule ${reason}.`);
    assert.equal(problem?.start.line, 5);
  });
