// What an edge is told is a pure function of the routes; that it does what it says is seen on servers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inTurn, whichever } from "../../../src/engine/server/edge/config.ts";
import { edgeConfig, type Route } from "../../../src/engine/server/index.ts";

const route = (more: Partial<Route>): Route => ({
  ...{ hosts: ["shop.example"], path: "/", tls: "auto", www: false },
  upstream: { service: "shop-production-web", port: 3000 },
  ...more,
});
const text = (...routes: Route[]) => JSON.stringify(edgeConfig(routes));

describe("the edge", () => {
  test("asks Let's Encrypt, then ZeroSSL where there is an address that it may write to", () => {
    assert.ok(!text(route({})).includes("zerossl"));
    const { apps } = edgeConfig([
      route({ email: "ops@shop.example", www: true }),
      route({ hosts: ["other.example"] }),
    ]) as { apps: { tls: { automation: { policies: unknown[] } } } };
    assert.deepEqual(apps.tls.automation.policies, [
      {
        subjects: ["shop.example", "www.shop.example"],
        issuers: [
          { module: "acme", email: "ops@shop.example" },
          { module: "acme", email: "ops@shop.example", ca: "https://acme.zerossl.com/v2/DV90" },
        ],
      },
      { subjects: ["other.example"], issuers: [{ module: "acme" }] },
    ]);
  });

  test("promises browsers HTTPS only where an authority that all know answers for it", () => {
    assert.ok(text(route({})).includes("Strict-Transport-Security"));
    for (const tls of ["internal", "off"] as const)
      assert.ok(!text(route({ tls })).includes("Strict-Transport-Security"), tls);
  });

  test("is handed over in a turn of its own each time, and is known again whichever that was", () => {
    const config = edgeConfig([route({})]);
    const [one, two] = ["0123456789ab", "ba9876543210"].map((turn) => inTurn(config, turn));
    assert.notEqual(one, two);
    assert.ok(one?.includes('"unix/@sistership-https-0123456789ab"'));
    assert.deepEqual(whichever(one ?? ""), whichever(two ?? ""));
    assert.deepEqual(whichever(one ?? ""), JSON.parse(JSON.stringify(config)));
  });

  test("serves plainly what has no certificate yet, except what asks for a password", () => {
    const plain = (one: Route) => {
      const { apps } = edgeConfig([one]) as {
        apps: { http: { servers: { http: { routes: { match?: [{ file?: unknown }] }[] } } } };
      };
      return apps.http.servers.http.routes[1]?.match?.[0].file !== undefined;
    };
    assert.equal(plain(route({})), true);
    assert.equal(plain(route({ auth: { user: "team", hash: "$2a$10$x" } })), false);
  });
});
