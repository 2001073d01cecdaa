import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import type { Edit } from "../../../src/engine/profile/edit.ts";
import { editProfile, parseProfile, writeProfile } from "../../../src/engine/profile/index.ts";

const text = `# our shop
name: "shop"     # quoted on purpose

runtime: python@3.13
processes:
  # the site
  web:    { run: uvicorn main:app, port: 8000 }   # eight thousand
  worker:
    run: celery -A app worker   # one is enough

env:
  LOG_LEVEL: 'info'
  # ask Ann
  KEY: { secret: true }
stages:
  live: { servers: [fra1] }
`;

const cases: { what: string; edits: Edit[]; from: string; to: string }[] = [
  {
    what: "a value is changed",
    edits: [{ set: ["runtime"], value: "python@3.14" }],
    from: "3.13",
    to: "3.14",
  },
  {
    what: "a value in a short mapping is changed",
    edits: [{ set: ["processes", "web", "port"], value: 9000 }],
    from: "port: 8000",
    to: "port: 9000",
  },
  {
    what: "a key is added to a short mapping",
    edits: [{ set: ["processes", "web", "health"], value: "/up" }],
    from: "port: 8000 }",
    to: "port: 8000, health: /up }",
  },
  {
    what: "a key is added to a long mapping",
    edits: [{ set: ["env", "PORT"], value: 1 }],
    from: "  KEY: { secret: true }\n",
    to: "  KEY: { secret: true }\n  PORT: 1\n",
  },
  {
    what: "a whole section is added",
    edits: [{ set: ["services", "db"], value: "postgres@17" }],
    from: "  live: { servers: [fra1] }\n",
    to: "  live: { servers: [fra1] }\nservices: { db: postgres@17 }\n",
  },
  {
    what: "a key is taken away with its comment",
    edits: [{ delete: ["env", "KEY"] }],
    from: "  KEY: { secret: true }\n",
    to: "",
  },
  {
    what: "the last key takes its section along",
    edits: [{ delete: ["stages", "live"] }],
    from: "stages:\n  live: { servers: [fra1] }\n",
    to: "",
  },
  { what: "what is not there is no loss", edits: [{ delete: ["client"] }], from: "", to: "" },
];

describe("editing in place", () => {
  for (const { what, edits, from, to } of cases) {
    test(what, () => assert.equal(editProfile(text, edits), text.replace(from, to)));
  }

  test("a file without a last line break gets its new line", () => {
    assert.equal(editProfile("name: a", [{ set: ["client"], value: "b" }]), "name: a\nclient: b\n");
  });

  test("an edit behind an alias or a merge changes only its own path", () => {
    const shared =
      "env: &env { A: 1 }\nstages:\n  x: { servers: [a], env: *env }\n  y: { servers: [a], env: *env }\n";
    const edited = parse(editProfile(shared, [{ set: ["stages", "x", "env", "A"], value: 2 }]), {
      merge: true,
    });
    assert.deepEqual(edited, {
      env: { A: 1 },
      stages: { x: { servers: ["a"], env: { A: 2 } }, y: { servers: ["a"], env: { A: 1 } } },
    });
  });

  const key = fc.constantFrom("a", "b", "c", "d-e", "on", "1x");
  const scalar = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom("yes", "null", "1.10", "a: b", "# no", "", " x", "'", '"', "*a", "<<", "-", "a\nb", "é"),
  );
  const value = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(key, scalar, { maxKeys: 3 }),
  );
  const tree = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { maxKeys: 3 })), { minKeys: 1 });
  const path = fc.array(key, { minLength: 1, maxLength: 3 });

  test("any value set at any path is read back, and all else is as before", () => {
    fc.assert(
      fc.property(tree, path, value, (before, at, put) => {
        const written = commented(before);
        const [first = "", ...rest] = at;
        let parent: unknown = before;
        for (const step of at.slice(0, -1)) {
          parent = isRecord(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined;
          fc.pre(parent === undefined || isRecord(parent));
        }
        const expected = JSON.parse(JSON.stringify(before));
        let here = expected;
        for (const step of [first, ...rest].slice(0, -1)) here = here[step] ??= {};
        here[at.at(-1) ?? ""] = put;
        const edited = editProfile(written, [{ set: at, value: put }]);
        assert.deepEqual(parse(edited, { merge: true }), JSON.parse(JSON.stringify(expected)));
        assert.ok(edited.includes("# the first line stays"));
      }),
      { numRuns: 300 },
    );
  });

  test("what is deleted is gone, and all else is as before", () => {
    fc.assert(
      fc.property(tree, (before) => {
        const keys = Object.keys(before);
        fc.pre(keys.length > 1);
        const [gone = "", ...kept] = keys;
        const edited = editProfile(commented(before), [{ delete: [gone] }]);
        assert.deepEqual(
          parse(edited, { merge: true }),
          Object.fromEntries(kept.map((one) => [one, JSON.parse(JSON.stringify(before[one]))])),
        );
      }),
    );
  });
});

function isRecord(thing: unknown): thing is Record<string, unknown> {
  return typeof thing === "object" && thing !== null && !Array.isArray(thing);
}

function commented(data: unknown): string {
  return `# the first line stays\n${editProfile("x: 1\n", [
    ...Object.entries(data ?? {}).map(([key, value]): Edit => ({ set: [key], value })),
    { delete: ["x"] },
  ])}`;
}

describe("writing a new profile", () => {
  test("is readable, explains itself, and is read back as it was", () => {
    const written = writeProfile(
      {
        processes: {
          web: { run: "uvicorn main:app --host 0.0.0.0 --port 8000", port: 8000, health: "/healthz" },
          worker: { run: "celery -A app worker" },
        },
        runtime: "python@3.13",
        name: "shop",
        build: { install: "pip install -r requirements.txt", packages: ["libpq5"] },
        services: { db: "postgres@17", cache: "redis@8" },
        env: { LOG_LEVEL: "info", API_VERSION: "1.10", KEY: { secret: true } },
      },
      [{ path: ["runtime"], because: "Python 3.13 because .python-version says so" }],
    );
    assert.equal(
      written,
      `name: shop
runtime: python@3.13 # Python 3.13 because .python-version says so
build:
  install: pip install -r requirements.txt
  packages: [libpq5]
processes:
  web: { run: uvicorn main:app --host 0.0.0.0 --port 8000, port: 8000, health: /healthz }
  worker: { run: celery -A app worker }
services: { db: postgres@17, cache: redis@8 }
env:
  LOG_LEVEL: info
  API_VERSION: "1.10"
  KEY: { secret: true }
`,
    );
    const parsed = parseProfile(written);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.profile.env.API_VERSION, { kind: "value", value: "1.10" });
  });
});
