// Whose a line of a stage's servers is, and what the edge's own log says of its requests.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onStage } from "../../../src/engine/blueprint/index.ts";
import { levelOf } from "../../../src/engine/environment/index.ts";
import { Fault } from "../../../src/engine/process/index.ts";
import { parseProfile } from "../../../src/engine/profile/index.ts";
import { recogniser } from "../../../src/engine/release/logs/printers.ts";

const parsed = parseProfile(`name: shop
runtime: node@22
processes:
  web: { run: node server.js, port: 3000 }
  worker: { run: node worker.js }
services: { db: postgres@17 }
stages:
  production: { servers: [fra1], domain: [shop.example, "*.shops.example"], www: true }
`);
assert.ok(parsed.ok);
const profile = onStage(parsed.profile, "production");
const place = { app: "shop", stage: "production" };
const everything = { processes: [], services: false };

const of = (service: string, task: string, more: Record<string, string> = {}) => ({
  "sistership.app": "shop",
  "sistership.stage": "production",
  "com.docker.swarm.service.name": service,
  "com.docker.swarm.task.name": task,
  ...more,
});
const web = of("shop-production-web", "shop-production-web.2.x1", { "sistership.process": "web" });
const database = of("shop-production-db", "shop-production-db.1.x2", { "sistership.service": "db" });
const edge = { "com.docker.swarm.service.name": "sistership-edge" };

describe("containers of a stage are known by their labels", () => {
  const cases: [string, Record<string, string>, object, string | undefined][] = [
    ["a replica", web, everything, "web 2"],
    ["of another stage", { ...web, "sistership.stage": "staging" }, everything, undefined],
    ["a database is read on wish", database, everything, undefined],
    ["a database that is wished for", database, { services: true }, "db "],
    ["a database by its name", database, { processes: ["db"] }, "db "],
    ["another by its name", web, { processes: ["worker"] }, undefined],
    ["the release command", of("shop-production-release-7", "x"), everything, "release 7"],
    ["a rehearsal", of("shop-production-web-rehearsal", "x"), everything, "web rehearsal"],
    ["the edge", edge, everything, "edge "],
    ["the edge is not asked for", edge, { processes: ["web"] }, undefined],
  ];
  for (const [what, labels, wanted, expected] of cases)
    test(what, () => {
      const found = recogniser(profile, place, { ...everything, ...wanted })(labels);
      assert.equal(found && `${found.process} ${found.replica ?? ""}`, expected);
    });

  test("a name that is none is said so, with those there are", () => {
    assert.throws(
      () => recogniser(profile, place, { ...everything, processes: ["wbe"] }),
      (thrown) => thrown instanceof Fault && /web, worker, db, edge, release/.test(thrown.says),
    );
  });
});

describe("of what the edge prints, a stage has its own requests, a line each", () => {
  const read = recogniser(profile, place, everything)(edge)?.read;
  const asked = { remote_ip: "203.0.113.7", proto: "HTTP/2.0", method: "GET", uri: "/a?token=x" };
  const said = (host: string, more: object = {}) =>
    JSON.stringify({
      ...{ level: "info", ts: 1646861401.52, logger: "http.log.access", msg: "handled request" },
      ...{ request: { ...asked, host }, duration: 0.0123, size: 900, status: 200 },
      ...more,
    });
  const line = (host: string) => `203.0.113.7 ${host} "GET /a HTTP/2.0" 200 900 12 ms`;
  const cases: [string, string, string | undefined][] = [
    ["by its domain", said("shop.example"), line("shop.example")],
    ["with a port and capitals", said("Shop.example:443"), line("shop.example")],
    ["below a wildcard", said("a.shops.example"), line("a.shops.example")],
    ["two below a wildcard", said("a.b.shops.example"), undefined],
    ["at www", said("www.shop.example"), line("www.shop.example")],
    ["of another", said("shop.example.net"), undefined],
    ["by the service it was led to", said("x", { service: "shop-production-web" }), line("x")],
    ["led to another's", said("shop.example", { service: "blog-production-web" }), undefined],
    ["what is no request", '{"level":"info","msg":"serving initial configuration"}', undefined],
    ["what is no JSON", "{ http.log. ", undefined],
    [
      "what went wrong",
      said("shop.example", { logger: "http.log.error", status: 502, msg: "dial tcp: timeout" }),
      'error: 203.0.113.7 shop.example "GET /a HTTP/2.0" 502 dial tcp: timeout',
    ],
  ];
  for (const [what, text, expected] of cases) test(what, () => assert.equal(read?.(text), expected));

  test("an answer of 500 and more is an error to the view", () => {
    assert.equal(levelOf(read?.(said("shop.example", { status: 503 })) ?? ""), "error");
  });
});
