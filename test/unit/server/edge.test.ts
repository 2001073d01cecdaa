// What an edge is told is a pure function of the routes; that it does what it says is seen on servers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
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

  test("leaves what it was told before in peace, and is the same where it is told the same", () => {
    const listens = (one: Route) => {
      const { apps } = edgeConfig([one]) as {
        apps: { http: { servers: Record<string, { listen: string[] }> } };
      };
      return Object.values(apps.http.servers).map(({ listen }) => listen[1]);
    };
    assert.deepEqual(listens(route({})), listens(route({})));
    const all = [...listens(route({})), ...listens(route({ path: "/api" }))];
    assert.equal(new Set(all).size, 4, all.join(" "));
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
