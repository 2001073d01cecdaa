// What the servers of a stage have, against what its replicas ask for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCapacity } from "../../../src/engine/release/capacity.ts";
import { shop, staged } from "./given.ts";

const small = { memoryBytes: 1e9, cpus: 2 };

test("replicas that fit are not spoken of, and neither are those that ask for nothing", () => {
  checkCapacity(staged(shop), [small]);
  checkCapacity(staged(shop.replace("memory: 256m, ", "").replace("replicas: 3", "replicas: 100")), [small]);
});

for (const [what, text, servers, says] of [
  [
    "more memory than all servers have",
    shop.replace("replicas: 3", "replicas: 8"),
    [small, small],
    /^web wants 8 × 0\.3 GB of memory, and the servers of production have 2 GB together: ask for less/,
  ],
  [
    "more memory than another process has left",
    shop.replace("node worker.js }", "node worker.js, memory: 600m }"),
    [small],
    /^worker wants 1 × 0\.6 GB of memory, .* 1 GB together, for the other processes too/,
  ],
  [
    "more processors than any server has",
    shop.replace("cpus: 0.5", "cpus: 4"),
    [small, small],
    /^web wants 4 processors, and the servers of production have 2 at most/,
  ],
] as const)
  test(`${what} is refused before anything is built`, () => {
    assert.throws(() => checkCapacity(staged(text), servers), { code: "over-capacity", message: says });
  });
