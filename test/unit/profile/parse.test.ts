import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Problem, parseProfile } from "../../../src/engine/profile/index.ts";

const example = `name: shop
client: Acme                        # whom its costs are grouped under
runtime: python@3.13
framework: fastapi
build:
  install: pip install -r requirements.txt
  run: []
  packages: [libpq5]
processes:
  web:    { run: uvicorn main:app --host 0.0.0.0 --port 8000, port: 8000, health: /healthz }
  worker: { run: celery -A app worker }
release: alembic upgrade head
services: { db: postgres@17, cache: redis@8 }
env:
  LOG_LEVEL: info
  OPENAI_API_KEY: { secret: true }
dev:  { run: uvicorn main:app --reload --host 0.0.0.0 --port 8000, seed: python seed.py }
stages:
  staging:    { servers: [fra1], domain: staging.shop.example }
  production: { servers: [fra1, fra2], domain: shop.example, replicas: 3, region: eu, env: { LOG_LEVEL: warning } }
`;

const smallest = "name: a\nruntime: node@24\nprocesses:\n  web: { run: node a.js, port: 3000 }\n";

function profileOf(parsed: ReturnType<typeof parseProfile>) {
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.problems.map(({ message }) => message).join("\n"));
  return parsed.profile;
}

/** The text that a problem underlines. */
function underlined(text: string, { start, end }: Problem): string {
  const lines = text.split("\n");
  if (start.line === end.line) return (lines[start.line - 1] ?? "").slice(start.column - 1, end.column - 1);
  return [
    (lines[start.line - 1] ?? "").slice(start.column - 1),
    ...lines.slice(start.line, end.line - 1),
    (lines[end.line - 1] ?? "").slice(0, end.column - 1),
  ].join("\n");
}

function mended(text: string, { fix }: Problem): string {
  assert.ok(fix, "a fix is offered");
  return text.slice(0, fix.from) + fix.text + text.slice(fix.to);
}

describe("a profile that is right", () => {
  test("is read with every short form spelt out", () => {
    const parsed = parseProfile(example);
    const profile = profileOf(parsed);
    assert.deepEqual(parsed.problems, []);
    assert.equal(profile.main, "web");
    assert.deepEqual(profile.images.web?.runtime, { language: "python", version: "3.13" });
    assert.equal(profile.processes.worker?.image, "web");
    assert.deepEqual(profile.processes.web?.health?.check, { kind: "http", path: "/healthz" });
    assert.equal(profile.services.db?.image, "postgres:17");
    assert.equal(profile.services.cache?.port, 6379);
    assert.deepEqual(profile.env.OPENAI_API_KEY, { kind: "secret" });
    assert.deepEqual(profile.stages.production?.replicas, { web: 3, worker: 1 });
    assert.deepEqual(profile.stages.staging?.routes, [
      { process: "web", host: "staging.shop.example", path: "/" },
    ]);
    assert.deepEqual(profile.release, { run: "alembic upgrade head", process: "web" });
    assert.deepEqual(profile.dev.seed, { web: "python seed.py" });
  });

  test("may hold several applications, each with its own image", () => {
    const profile = profileOf(
      parseProfile(`name: shop
processes:
  api:    { dir: backend, runtime: python@3.13, build: { install: uv sync }, run: uvicorn main:app, port: 8000 }
  jobs:   { dir: backend/jobs, image: api, run: celery -A jobs worker }
  web:    { dir: frontend, runtime: node@24, build: { install: npm ci }, run: node server.js, port: 3000 }
release: { run: alembic upgrade head, process: api }
stages:
  live: { servers: [a], domain: { web: shop.example, api: [shop.example/api, api.shop.example] } }
`),
    );
    assert.deepEqual(Object.keys(profile.images), ["api", "web"]);
    assert.equal(profile.images.api?.context, "backend");
    assert.equal(profile.processes.jobs?.image, "api");
    assert.equal(profile.processes.jobs?.dir, "jobs");
    assert.equal(profile.processes.api?.dir, ".");
    assert.deepEqual(profile.stages.live?.routes.slice(1), [
      { process: "api", host: "shop.example", path: "/api" },
      { process: "api", host: "api.shop.example", path: "/" },
    ]);
  });

  test("anchors, aliases and merge keys are read", () => {
    const profile = profileOf(
      parseProfile(`name: a
runtime: node@24
processes:
  web: &base { run: node web.js, port: 3000, replicas: 2 }
  admin:
    <<: *base
    run: node admin.js
env: &env { LOG_LEVEL: info }
stages:
  live: { servers: [a], env: *env }
`),
    );
    assert.equal(profile.processes.admin?.run, "node admin.js");
    assert.equal(profile.processes.admin?.replicas, 2);
    assert.deepEqual(profile.stages.live?.env.LOG_LEVEL, { kind: "value", value: "info" });
  });

  test("variables keep what was typed, and know services", () => {
    const profile = profileOf(
      parseProfile(`${smallest}services: { db: postgres@17 }
env:
  API_VERSION: 1.10
  LIMIT: 1e3
  ON: true
  DATABASE_URL: "postgresql+asyncpg://\${db.user}@\${db.host}/x"
  SHELL: "\${HOME}/x"
`),
    );
    assert.deepEqual(profile.env.API_VERSION, { kind: "value", value: "1.10" });
    assert.deepEqual(profile.env.LIMIT, { kind: "value", value: "1e3" });
    assert.deepEqual(profile.env.ON, { kind: "value", value: "true" });
    assert.deepEqual(profile.env.DATABASE_URL, {
      kind: "template",
      parts: [
        "postgresql+asyncpg://",
        { service: "db", part: "user" },
        "@",
        { service: "db", part: "host" },
        "/x",
      ],
    });
    assert.deepEqual(profile.env.SHELL, { kind: "value", value: `\${HOME}/x` });
  });
});

interface Wrong {
  what: string;
  text: string;
  code: Problem["code"];
  says: RegExp;
  underlines: string;
  line: number;
  /** A piece of the text after the fix; absent where no fix may be offered. */
  fixed?: string;
  severity?: "warning";
}

const wrongs: Wrong[] = [
  { what: "empty file", text: "", code: "empty", says: /is empty/, underlines: "", line: 1 },
  { what: "comments only", text: "# x\n", code: "empty", says: /is empty/, underlines: "", line: 1 },
  {
    what: "a list",
    text: "- a\n",
    code: "not-a-mapping",
    says: /must be a mapping/,
    underlines: "-",
    line: 1,
  },
  {
    what: "tab as indentation",
    text: "name: a\nprocesses:\n\tweb: { run: x }\n",
    code: "tab",
    says: /spaces/,
    underlines: "\t",
    line: 3,
  },
  {
    what: "a key twice",
    text: `${smallest}name: b\n`,
    code: "duplicate-key",
    says: /"name" stands here a second time/,
    underlines: "name",
    line: 5,
  },
  {
    what: "an unknown key",
    text: smallest.replace("port", "prot"),
    code: "unknown-key",
    says: /processes\.web has no "prot"; did you mean port\?.*It takes run, serve/,
    underlines: "prot",
    line: 4,
    fixed: "port: 3000",
  },
  {
    what: "a key by another tool's name",
    text: smallest.replace("run:", "command:"),
    code: "unknown-key",
    says: /did you mean run\?/,
    underlines: "command",
    line: 4,
    fixed: "{ run: node a.js",
  },
  {
    what: "a name missing",
    text: smallest.replace("name: a\n", "# hello\n"),
    code: "missing",
    says: /^name is missing/,
    underlines: "runtime",
    line: 2,
  },
  {
    what: "a name with capitals",
    text: smallest.replace("name: a", "name: My Shop"),
    code: "wrong-value",
    says: /name takes lower-case letters.*not "My Shop"; did you mean my-shop/,
    underlines: "My Shop",
    line: 1,
    fixed: "name: my-shop",
  },
  {
    what: "a port out of range",
    text: smallest.replace("3000", "99999"),
    code: "wrong-value",
    says: /processes\.web\.port takes a port from 1 to 65535, not 99999\./,
    underlines: "99999",
    line: 4,
  },
  {
    what: "a port as text",
    text: smallest.replace("3000", '"3000"'),
    code: "wrong-value",
    says: /takes a whole number/,
    underlines: '"3000"',
    line: 4,
    fixed: "port: 3000",
  },
  {
    what: "a language by another name",
    text: smallest.replace("node@24", "nodejs@24"),
    code: "wrong-value",
    says: /runtime takes a language.*did you mean node@24\?/,
    underlines: "nodejs@24",
    line: 2,
    fixed: "runtime: node@24",
  },
  {
    what: "a service by another name",
    text: `${smallest}services: { db: postgresql:16 }\n`,
    code: "wrong-value",
    says: /services\.db takes a kind.*did you mean postgres@16\?/,
    underlines: "postgresql:16",
    line: 5,
    fixed: "db: postgres@16",
  },
  {
    what: "a service with a wrong key",
    text: `${smallest}services:\n  db: { kind: postgres, vol: /data }\n`,
    code: "unknown-key",
    says: /services\.db has no "vol"/,
    underlines: "vol",
    line: 6,
  },
  {
    what: "a health path without a slash",
    text: smallest.replace("port: 3000", "port: 3000, health: up"),
    code: "wrong-value",
    says: /takes a path such as \/healthz/,
    underlines: "up",
    line: 4,
    fixed: "health: /up",
  },
  {
    what: "a version that does not exist",
    text: smallest.replace("node@24", "node@99"),
    code: "no-such-release",
    says: /Node 99 does not exist; Node has 22, 24, 26; did you mean 26\?/,
    underlines: "node@99",
    line: 2,
    fixed: "node@26",
  },
  {
    what: "a version that has ended",
    text: smallest.replace("node@24", "node@16"),
    code: "ended-release",
    says: /no more security fixes/,
    underlines: "node@16",
    line: 2,
    severity: "warning",
  },
  {
    what: "no runtime",
    text: smallest.replace("runtime: node@24\n", ""),
    code: "missing",
    says: /runtime is missing/,
    underlines: "name",
    line: 1,
  },
  {
    what: "a process that runs nothing",
    text: smallest.replace("run: node a.js, ", ""),
    code: "missing",
    says: /processes\.web needs run/,
    underlines: "web",
    line: 4,
  },
  {
    what: "no process at all",
    text: "name: a\nruntime: node@24\nprocesses: {}\n",
    code: "wrong-value",
    says: /at least one process/,
    underlines: "{}",
    line: 3,
  },
  {
    what: "a stage's domain for a worker",
    text: `${smallest}  jobs: { run: node b.js }\nstages:\n  live: { servers: [a], domain: { jobs: x.example } }\n`,
    code: "contradiction",
    says: /no port; add port: to processes\.jobs/,
    underlines: "x.example",
    line: 7,
  },
  {
    what: "a stage that names no process",
    text: `${smallest}stages:\n  live: { servers: [a], replicas: { wbe: 2 } }\n`,
    code: "unknown-name",
    says: /the process "wbe", which does not exist; did you mean web\?/,
    underlines: "wbe",
    line: 6,
    fixed: "replicas: { web: 2 }",
  },
  {
    what: "one domain for two stages",
    text: `${smallest}stages:\n  a: { servers: [x], domain: x.example }\n  b: { servers: [x], domain: x.example }\n`,
    code: "contradiction",
    says: /x\.example, which stages\.a\.domain already has/,
    underlines: "x.example",
    line: 7,
  },
  {
    what: "a domain with https",
    text: `${smallest}stages:\n  a: { servers: [x], domain: "https://X.example/" }\n`,
    code: "wrong-value",
    says: /takes a domain.*did you mean x\.example\?/,
    underlines: '"https://X.example/"',
    line: 6,
    fixed: "domain: x.example }",
  },
  {
    what: "a variable that names no service",
    text: `${smallest}services: { db: postgres }\nenv:\n  DATABASE_URL: "\${bd.url}"\n`,
    code: "unknown-name",
    says: /the service "bd".*did you mean db\?/,
    underlines: `"\${bd.url}"`,
    line: 7,
    fixed: `"\${db.url}"`,
  },
  {
    what: "a variable that asks for an unknown part",
    text: `${smallest}services: { db: postgres }\nenv:\n  A: \${db.pasword}\n`,
    code: "unknown-name",
    says: /did you mean password\?/,
    underlines: `\${db.pasword}`,
    line: 7,
    fixed: `\${db.password}`,
  },
  {
    what: "a secret in clear text",
    text: `${smallest}env:\n  STRIPE_SECRET_KEY: sk_live_123456\n`,
    code: "secret-in-clear",
    says: /looks like a secret/,
    underlines: "sk_live_123456",
    line: 6,
    fixed: "STRIPE_SECRET_KEY: { secret: true }",
    severity: "warning",
  },
  {
    what: "a variable of the wrong shape, its value not repeated",
    text: `${smallest}env:\n  KEY: [hunter2]\n`,
    code: "wrong-value",
    says: /^(?!.*hunter2)env\.KEY takes a value/,
    underlines: "[hunter2]",
    line: 6,
  },
  {
    what: "listening where nothing reaches it",
    text: smallest.replace("node a.js", "uvicorn a:b --host 127.0.0.1"),
    code: "loopback",
    says: /nothing outside its container reaches it; use 0\.0\.0\.0/,
    underlines: "uvicorn a:b --host 127.0.0.1",
    line: 4,
    fixed: "--host 0.0.0.0,",
    severity: "warning",
  },
  {
    what: "two ports",
    text: smallest.replace("node a.js", "next start -p 4000"),
    code: "port-mismatch",
    says: /says port 4000, but port says 3000/,
    underlines: "3000",
    line: 4,
    fixed: "port: 4000",
    severity: "warning",
  },
  {
    what: "an own Dockerfile beside build steps",
    text: `${smallest}build: { dockerfile: Dockerfile, run: npm run build }\n`,
    code: "no-effect",
    says: /build\.run has no effect/,
    underlines: "run",
    line: 5,
    severity: "warning",
  },
  {
    what: "a service with a process's name",
    text: `${smallest}services: { web: redis }\n`,
    code: "contradiction",
    says: /has the name of a process/,
    underlines: "web",
    line: 5,
  },
  {
    what: "an image of an unknown process",
    text: `${smallest}  jobs: { run: node b.js, image: wbe }\n`,
    code: "unknown-name",
    says: /did you mean web\?/,
    underlines: "wbe",
    line: 5,
    fixed: "image: web",
  },
  {
    what: "a schedule that is none",
    text: `${smallest}  nightly: { run: node b.js, schedule: nightly }\n`,
    code: "wrong-value",
    says: /five cron fields/,
    underlines: "nightly",
    line: 5,
  },
  {
    what: "a newer format",
    text: `version: 2\n${smallest}`,
    code: "newer-version",
    says: /update the extension/,
    underlines: "2",
    line: 1,
  },
  {
    what: "a path out of the repository",
    text: smallest.replace("port: 3000", "port: 3000, dir: ../other"),
    code: "wrong-value",
    says: /inside the repository/,
    underlines: "../other",
    line: 4,
  },
  {
    what: "text that is no YAML",
    text: 'name: "a\n',
    code: "syntax",
    says: /This is not YAML|missing here/,
    underlines: "",
    line: 2,
  },
];

describe("a profile that is wrong", () => {
  for (const wrong of wrongs) {
    test(wrong.what, () => {
      const parsed = parseProfile(wrong.text);
      const problem = parsed.problems.find(({ code }) => code === wrong.code);
      assert.ok(problem, JSON.stringify(parsed.problems));
      assert.match(problem.message, wrong.says);
      assert.equal(problem.severity, wrong.severity ?? "error");
      assert.equal(parsed.ok, wrong.severity === "warning");
      assert.equal(problem.start.line, wrong.line);
      if (wrong.underlines !== "") assert.ok(underlined(wrong.text, problem).startsWith(wrong.underlines));
      if (wrong.fixed === undefined) assert.equal(problem.fix, undefined);
      else assert.ok(mended(wrong.text, problem).includes(wrong.fixed), mended(wrong.text, problem));
    });
  }

  test("a YAML bomb is refused at once", () => {
    const level = (n: number) =>
      `l${n}: &l${n} [${Array(10)
        .fill(`*l${n - 1}`)
        .join(", ")}]`;
    const bomb = `l0: &l0 [x, x, x]\n${Array.from({ length: 9 }, (_, n) => level(n + 1)).join("\n")}\n`;
    const started = performance.now();
    const parsed = parseProfile(bomb);
    assert.equal(parsed.ok, false);
    assert.equal(parsed.problems[0]?.code, "too-many-aliases");
    assert.ok(performance.now() - started < 1_000);
  });

  test("every sentence is one, and ends", () => {
    for (const { text } of wrongs) {
      for (const { message } of parseProfile(text).problems) {
        assert.match(message, /[.?]$/);
        assert.doesNotMatch(message, /undefined|\[object|\n/);
      }
    }
  });
});
