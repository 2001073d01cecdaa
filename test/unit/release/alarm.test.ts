// A deploy is taken back where errors rise: clearly, and against what the application itself did before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rises } from "../../../src/engine/release/alarm.ts";

const cases: { is: boolean; why: string; before: [number, number]; now: [number, number] }[] = [
  { is: true, why: "no errors, then half", before: [0, 1000], now: [50, 100] },
  { is: true, why: "few visitors, all of them met with errors", before: [0, 40], now: [20, 20] },
  { is: true, why: "it had errors, and has many more", before: [100, 1000], now: [80, 200] },
  { is: false, why: "it had errors, and has as many", before: [100, 1000], now: [25, 200] },
  { is: false, why: "a handful of requests", before: [0, 1000], now: [9, 15] },
  { is: false, why: "a handful of errors among many requests", before: [0, 5000], now: [9, 300] },
  { is: false, why: "surely more, and still hardly any", before: [0, 100_000], now: [400, 10_000] },
  { is: false, why: "nobody was there before, and some fail", before: [0, 0], now: [30, 100] },
  { is: true, why: "nobody was there before, and most fail", before: [0, 0], now: [90, 100] },
];
for (const { is, why, before, now } of cases)
  test(`${is ? "taken back" : "left alone"}: ${why}`, () => {
    const count = ([errors, requests]: [number, number]) => ({ errors, requests });
    assert.equal(rises(count(before), count(now)), is);
  });
