// Names and ports: what is chosen for a checkout, and that it stays.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { choosePorts, type PortQuestion } from "../../../src/engine/environment/ports.ts";
import { chooseProjectName } from "../../../src/engine/environment/projectName.ts";

const question = (more: Partial<PortQuestion>): PortQuestion => ({
  wanted: [
    { name: "web", port: 3000, web: true },
    { name: "db", port: 5432, web: false },
  ],
  before: {},
  own: new Set(),
  others: new Set(),
  salt: "one",
  isFree: async () => true,
  ...more,
});

describe("ports", () => {
  test("a page keeps its own number, a database gets one that is its checkout's", async () => {
    const { ports } = await choosePorts(question({}));
    assert.equal(ports.web, 3000);
    assert.ok(ports.db && ports.db >= 10_000 && ports.db < 32_000);
    assert.notEqual((await choosePorts(question({ salt: "two" }))).ports.db, ports.db);
  });

  test("a port that needs rights is moved to one that does not", async () => {
    const { ports } = await choosePorts(question({ wanted: [{ name: "web", port: 80, web: true }] }));
    assert.equal(ports.web, 8080);
  });

  test("what was chosen stays, also while we hold it ourselves; what somebody took moves, and is said", async () => {
    const first = await choosePorts(question({}));
    const { web = 0, db = 0 } = first.ports;
    const again = await choosePorts(
      question({ before: first.ports, own: new Set([web, db]), isFree: async () => false }),
    );
    assert.deepEqual(again, { ports: first.ports, moved: [] });
    const moved = await choosePorts(question({ before: first.ports, isFree: async (port) => port !== web }));
    assert.deepEqual(moved.moved, [{ name: "web", from: 3000, to: 3001 }]);
    assert.equal(moved.ports.db, db);
  });

  test("no two get the same, and none that another environment remembers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            name: fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), fc.constant("constructor")),
            port: fc.integer({ min: 1, max: 65_535 }),
            web: fc.boolean(),
          }),
          {
            selector: ({ name }) => name,
            maxLength: 8,
          },
        ),
        fc.uniqueArray(fc.integer({ min: 1024, max: 65_535 })),
        async (wanted, others) => {
          const { ports } = await choosePorts(question({ wanted, others: new Set(others) }));
          const all = Object.values(ports);
          assert.equal(all.length, wanted.length);
          assert.equal(new Set(all).size, all.length);
          assert.ok(all.every((port) => port > 0 && port < 65_536 && !others.includes(port)));
        },
      ),
    );
  });
});

describe("the name of the Compose project", () => {
  const ask = (more: Partial<Parameters<typeof chooseProjectName>[0]>) =>
    chooseProjectName({
      name: "shop",
      folder: "/home/me/Mein Shop",
      id: "0123456789abcdef",
      before: undefined,
      others: new Set(),
      ...more,
    });

  test("is that of the profile, and stays what it was", () => {
    assert.equal(ask({}), "shop");
    assert.equal(ask({ before: "shop-mein-shop" }), "shop-mein-shop");
  });

  test("names the folder where another checkout has it, then the checkout", () => {
    assert.equal(ask({ others: new Set(["shop"]) }), "shop-mein-shop");
    assert.equal(ask({ others: new Set(["shop", "shop-mein-shop"]) }), "shop-012345");
    for (const folder of ["/repos/日本", "/repos/shop"])
      assert.equal(ask({ others: new Set(["shop"]), folder }), "shop-012345");
  });

  test("follows the profile when that is renamed, and gives way to who has it now", () => {
    assert.equal(ask({ name: "store", before: "shop" }), "store");
    assert.equal(ask({ before: "shop", others: new Set(["shop"]) }), "shop-mein-shop");
  });
});
