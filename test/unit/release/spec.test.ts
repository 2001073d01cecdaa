// What Swarm is told of a profile: start first, healthy first, no secret in sight.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../../src/engine/process/index.ts";
import { containerOf } from "../../../src/engine/release/plan.ts";
import { serviceSpec } from "../../../src/engine/release/spec/service.ts";
import { onceSpec, rehearsalSpec } from "../../../src/engine/release/spec/task.ts";
import { shop, staged, wanted } from "./given.ts";

const second = 1e9;

describe("a process with a port", () => {
  const spec = wanted(shop).processes.web;
  const container = containerOf(spec);

  test("is called by its place, and says whose it is and what it is", () => {
    assert.equal(spec?.Name, "shop-production-web");
    assert.deepEqual(spec?.Labels, {
      "sistership.app": "shop",
      "sistership.stage": "production",
      "sistership.process": "web",
      "sistership.image": "sha256:one",
      "sistership.release": "1",
      "sistership.routes": JSON.stringify([
        {
          hosts: ["shop.example"],
          path: "/",
          upstream: { service: "shop-production-web", port: 3000 },
          tls: "auto",
          www: false,
        },
      ]),
    });
  });

  test("starts beside the old one, is watched for as long as the stage says, and goes back by itself", () => {
    assert.deepEqual(spec?.UpdateConfig, {
      ...{ Parallelism: 2, Delay: 0, MaxFailureRatio: 0, Order: "start-first" },
      ...{ FailureAction: "rollback", Monitor: 30 * second },
    });
    assert.deepEqual(spec?.EndpointSpec, { Mode: "dnsrr" });
    assert.deepEqual(spec?.Mode, { Replicated: { Replicas: 3 } });
  });

  test("is asked how it is, as the release is when it is rehearsed", () => {
    assert.deepEqual(container.HealthCheck, {
      Test: ["CMD", "sistership-probe", "3000", "/healthz"],
      ...{ Interval: 2 * second, Timeout: 5 * second, StartPeriod: 60 * second, Retries: 6 },
    });
  });

  test("has requests on their way waited for, and then time to close what is idle", () => {
    assert.deepEqual(container.Args, [
      ...["--fill", "DATABASE_URL", "--drain", "20", "3000", "/healthz"],
      ...["--", "node", "server.js"],
    ]);
    assert.equal(container.StopGracePeriod, 30 * second);
  });

  test("is given values in sight, and secrets as files in memory alone", () => {
    assert.deepEqual(container.Env, [
      "DATABASE_URL=postgresql://app:<sistership:db>@db:5432/app",
      "LOG_LEVEL=warning",
      "PORT=3000",
      "REDIS_URL=redis://cache:6379",
    ]);
    assert.deepEqual(
      container.Secrets?.map(({ SecretName, File }) => [SecretName, File?.Name]),
      [
        ["shop-production-TOKEN-1", "TOKEN"],
        ["shop-production-db.password-1", "db.password"],
      ],
    );
  });

  test("is limited as the profile says, and found by the edge", () => {
    const template = spec?.TaskTemplate;
    assert.deepEqual(template?.Resources, {
      Limits: { MemoryBytes: 256 * 1024 ** 2, NanoCPUs: 0.5 * second },
    });
    assert.deepEqual(template?.Networks, [
      { Target: "shop-production", Aliases: ["web"] },
      { Target: "sistership", Aliases: [] },
    ]);
    assert.deepEqual(template?.Placement, { Constraints: ["node.labels.sistership.on.shop-production==1"] });
  });
});

test("a worker is not on the edge's network, is asked nothing, and told to stop at once", () => {
  const spec = wanted(shop).processes.worker;
  const { HealthCheck, Args } = containerOf(spec);
  assert.deepEqual(HealthCheck, { Test: ["NONE"] });
  assert.deepEqual(Args, ["--fill", "DATABASE_URL", "--", "node", "worker.js"]);
  assert.deepEqual(spec?.TaskTemplate?.Networks, [{ Target: "shop-production", Aliases: ["worker"] }]);
});

test("what writes to a volume stops first, on the one server that has it", () => {
  const spec = wanted(shop.replace("memory: 256m", "volumes: { files: /data }")).processes.web;
  assert.equal(spec?.UpdateConfig?.Order, "stop-first");
  assert.deepEqual(spec?.TaskTemplate?.Placement, { Constraints: ["node.id==node1"] });
  assert.deepEqual(
    containerOf(spec).Mounts?.map(({ Source, Target }) => [Source, Target]),
    [["shop-production-files", "/data"]],
  );
});

test("an image of the repository's own is started as it starts itself, behind the same step", () => {
  const own = shop
    .replace("runtime: node@22", "build: { dockerfile: Dockerfile }")
    .replace("run: node server.js, ", "");
  const { Command, Args, HealthCheck } = containerOf(wanted(own).processes.web);
  assert.deepEqual(Command, ["/bin/sh", "/run/sistership-entry"]);
  assert.deepEqual(Args?.slice(-3), ["--", "/start", "serve"]);
  assert.equal(HealthCheck, undefined);
});

test("a database is one task where its volume is, outside the edge's network, its password in no variable", () => {
  const { profile } = staged(shop);
  const { db } = profile.services;
  assert.ok(db);
  const image = {
    reference: "postgres:17",
    digest: "sha256:pg",
    entrypoint: ["docker-entrypoint.sh"],
    command: ["postgres"],
  };
  const spec = serviceSpec(db, image, {
    ...{ place: { app: "shop", stage: "production" }, profile, images: {}, secrets: {}, home: "node1" },
    ...{ passwords: { db: { id: "p1", name: "p" } }, entry: { id: "e", name: "e" } },
  });
  const { Env, Args, HealthCheck, Mounts } = containerOf(spec);
  assert.deepEqual(Env, ["POSTGRES_DB=app", "POSTGRES_PASSWORD=<sistership:db>", "POSTGRES_USER=app"]);
  assert.deepEqual(Args, ["--fill", "POSTGRES_PASSWORD", "--", "docker-entrypoint.sh", "postgres"]);
  assert.equal(HealthCheck?.Test?.[1], "pg_isready");
  assert.equal(Mounts?.[0]?.Source, "shop-production-db-data");
  assert.deepEqual(spec.TaskTemplate?.Networks, [{ Target: "shop-production", Aliases: ["db"] }]);
  assert.equal(spec.UpdateConfig?.Order, "stop-first");
});

test("what runs once and what is rehearsed is led to by nobody, and started by nobody again", () => {
  const { profile } = staged(shop);
  const { web } = profile.processes;
  const served = wanted(shop).processes.web;
  assert.ok(web && served);
  const ingredients = {
    ...{ place: { app: "shop", stage: "production" }, profile, secrets: {}, passwords: {}, home: "node1" },
    ...{
      images: { web: { reference: "web:one", digest: "", entrypoint: [], command: [] } },
      entry: { id: "e", name: "e" },
    },
  };
  for (const spec of [
    onceSpec("once", ["npm", "run", "migrate"], web, ingredients),
    rehearsalSpec(ingredients.place, served, "node1"),
  ]) {
    assert.equal(spec.Labels?.["sistership.routes"], undefined);
    assert.equal(spec.Labels?.["sistership.process"], undefined);
    assert.equal(spec.TaskTemplate?.RestartPolicy?.Condition, "none");
    assert.ok(spec.TaskTemplate?.Networks?.every(({ Target }) => Target !== "sistership"));
  }
});

for (const [what, text, code] of [
  [
    "names that Swarm does not take",
    shop.replace("name: shop", `name: ${"s".repeat(30)}`).replace("production:", `${"p".repeat(30)}:`),
    "name-too-long",
  ],
] as const)
  test(`${what} is refused in words, not left out in silence`, () => {
    assert.throws(
      () => wanted(text),
      (thrown) => thrown instanceof Fault && thrown.code === code,
    );
  });

test("whatever a value is, Swarm takes it as text, and the same profile gives the same release", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (value, replicas) => {
      const text = shop
        .replace("LOG_LEVEL: warning", () => `LOG_LEVEL: ${JSON.stringify(`{{${value}`)}`)
        .replace("replicas: 3", `replicas: ${replicas}`);
      const one = wanted(text);
      assert.deepEqual(one, wanted(text));
      const line = containerOf(one.processes.web).Env?.find((one) => one.startsWith("LOG_LEVEL=")) ?? "";
      const read = line.slice("LOG_LEVEL=".length).replaceAll('{{"{{"}}', "\0");
      assert.ok(!read.includes("{{") && read.startsWith("\0"));
      const { Parallelism = 0 } = one.processes.web?.UpdateConfig ?? {};
      assert.ok(Parallelism >= 1 && Parallelism <= replicas);
    }),
  );
});
