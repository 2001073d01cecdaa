// What would change, before anything does.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Change, planOf } from "../../../src/engine/release/plan.ts";
import { readRecord, recordOf } from "../../../src/engine/release/record.ts";
import { shop, staged, wanted } from "./given.ts";

const changes = (from: string, to: string, more: Parameters<typeof wanted>[1] = {}): Change[] =>
  planOf(wanted(from), wanted(to, { number: 2, ...more }), staged(to).profile).changes;

describe("a plan", () => {
  test("has nothing to do where nothing differs but the number", () => {
    const plan = planOf(wanted(shop), wanted(shop, { number: 2 }), staged(shop).profile);
    assert.deepEqual(plan, { app: "shop", stage: "production", number: 2, from: 1, changes: [], risks: [] });
  });

  test("of a first release says all of it, that there is no way back, and what a migration means", () => {
    const plan = planOf(undefined, wanted(shop), staged(shop).profile);
    assert.deepEqual(
      [...new Set(plan.changes.map(({ what }) => what))],
      ["image", "process", "replicas", "variable", "domain", "service", "server", "command"],
    );
    assert.ok(plan.changes.every(({ before }) => before === undefined));
    assert.equal(plan.from, undefined);
    assert.match(plan.risks.join("\n"), /first release/);
    assert.match(
      plan.risks.join("\n"),
      /"npm run migrate" runs before traffic moves, and going back does not undo/,
    );
  });

  const cases: [string, string, Change][] = [
    [
      "replicas",
      shop.replace("replicas: 3", "replicas: 2"),
      { what: "replicas", about: "web", before: "3", after: "2" },
    ],
    [
      "a command",
      shop.replace("node server.js", "node other.js"),
      { what: "process", about: "web", before: "node server.js", after: "node other.js" },
    ],
    [
      "a process that goes",
      shop.replace("  worker: { run: node worker.js }\n", ""),
      { what: "process", about: "worker", before: "node worker.js" },
    ],
    [
      "a value",
      shop.replace("LOG_LEVEL: warning", "LOG_LEVEL: debug"),
      { what: "variable", about: "web: LOG_LEVEL", before: "warning", after: "debug" },
    ],
    [
      "a domain",
      shop.replace("domain: shop.example", "domain: new.example"),
      { what: "domain", about: "new.example", after: "web:3000, tls auto, www false" },
    ],
    [
      "a database's version",
      shop.replace("postgres@17", "postgres@18"),
      { what: "service", about: "db", before: "postgres:17", after: "postgres:18" },
    ],
    ["a server", shop.replace("[fra1]", "[fra1, fra2]"), { what: "server", about: "fra2", after: "fra2" }],
    [
      "the release command",
      shop.replace("npm run migrate", "npm run other"),
      { what: "command", about: "release", before: "npm run migrate", after: "npm run other" },
    ],
    ["memory", shop.replace("256m", "512m"), { what: "settings", about: "web", after: "limits" }],
    ["time to stop", shop.replace("20s", "40s"), { what: "settings", about: "web", after: "time to stop" }],
  ];
  for (const [what, to, change] of cases)
    test(`names ${what}`, () => {
      assert.deepEqual(
        changes(shop, to).find(({ about, what }) => about === change.about && what === change.what),
        change,
      );
    });

  test("says of a secret that it changed, and never what it is", () => {
    const secrets = { TOKEN: { id: "s2", name: "shop-production-TOKEN-2" } };
    const found = changes(shop, shop, { secrets });
    assert.deepEqual(found, [
      { what: "variable", about: "web: TOKEN", before: "secret, version 1", after: "secret, version 2" },
      { what: "variable", about: "worker: TOKEN", before: "secret, version 1", after: "secret, version 2" },
    ]);
  });

  test("says what is at stake: a gap, data that stays, a database that no deploy touches", () => {
    const to = shop
      .replace("memory: 256m", "volumes: { files: /data }")
      .replace("postgres@17", "postgres@18");
    const { risks } = planOf(wanted(shop), wanted(to, { number: 2 }), staged(to).profile);
    assert.match(
      risks.join("\n"),
      /web writes to the volume files.*the old one stops before the new one starts/,
    );
    assert.match(risks.join("\n"), /db goes on as postgres:17/);
  });

  test("says where what is released comes from, where no commit says it", () => {
    const from = (source: { commit?: string; dirty: boolean }) => {
      const to = { ...wanted(shop.replace("replicas: 3", "replicas: 2"), { number: 2 }), source };
      return planOf(wanted(shop), to, staged(shop).profile).risks.join("\n");
    };
    assert.doesNotMatch(from({ commit: "abc1234def", dirty: false }), /commit|Git/);
    assert.match(
      from({ commit: "abc1234def", dirty: true }),
      /^Files differ from commit abc1234: .* recorded so/m,
    );
    assert.match(from({ dirty: false }), /^This folder is in no Git repository/m);
  });
});

describe("a record", () => {
  const record = recordOf(wanted(shop), { who: "me", at: new Date(0) });
  const place = { app: "shop", stage: "production" };

  test("is read as it was written", () => {
    assert.deepEqual(readRecord(JSON.stringify(record), place, "1.json"), record);
  });

  test("is refused where a letter of it was changed, or where it is none", () => {
    const text = JSON.stringify(record);
    for (const wrong of [text.replace("worker.js", "miner.js"), text.slice(0, -20), "", "{}"])
      assert.throws(() => readRecord(wrong, place, "1.json"), { code: "release-record-wrong" });
  });
});
