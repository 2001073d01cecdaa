// The environment of a folder on this machine: brought up, used, in the way of others, failing, and taken down.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
  connectionString,
  control,
  down,
  environmentStatus,
  execCommand,
  reset,
  testCommands,
  up,
  usageNow,
  type Values,
} from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import {
  becomes,
  type Checkout,
  checkout,
  hello,
  nobody,
  page,
  perform,
  tiny,
  unique,
} from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { clear, prepareImages } from "../rig/project.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  await prepareImages(["node:22-bookworm-slim", "postgres:17"], rig);
});

describe("an application with a database", () => {
  test("comes up, stays as it is, reloads, goes down with its data kept, and begins anew", {
    timeout: 600_000,
  }, async () => {
    await using project = await checkout(rig, { sample: "express-tasks" }, { folder: "Äpfel & Söhne" });
    await writeFile(project.file(".env"), "SESSION_SECRET=of-the-repository\n");

    const first = await project.up();
    assert.match(await page(first.url), /<h1>Tasks/);
    assert.deepEqual(
      [first.steps.release, first.steps["seed/seed"], first.steps["process/web"]],
      ["done", "done", "done"],
    );
    const status = await environmentStatus(project.here);
    assert.ok(
      status.parts.every(({ state }) => state === "well"),
      JSON.stringify(status),
    );
    assert.deepEqual(status.drift, []);
    const ids = await project.ids();

    const second = await project.up();
    assert.deepEqual(await project.ids(), ids);
    for (const step of [
      "image/web",
      "service/db",
      "release",
      "seed/seed",
      "process/web",
      "process/workspace",
    ])
      assert.equal(second.steps[step], "skipped", step);

    // by hand, from the same files: the very same containers
    const byHand = [
      "compose",
      "--file",
      project.file(".sistership/compose.yaml"),
      "--file",
      project.file(".sistership/compose.override.yaml"),
    ];
    await run({ program: "docker", args: [...byHand, "up", "--detach", "--wait"], env: { ...rig.env } });
    assert.deepEqual(await project.ids(), ids);

    for (const act of ["restart", "stop", "start"] as const) {
      await perform((task) => control(project.here, act, "web", task));
      const now = (await environmentStatus(project.here)).parts.find(({ name }) => name === "web");
      assert.equal(now?.state, act === "stop" ? "ended" : "well");
    }
    await assert.rejects(
      perform((task) => control(project.here, "restart", "wbe", task)),
      /There is no process or service "wbe" in sistership.yaml: choose from web, db, workspace/,
    );
    const client = await execCommand(project.here, ["psql", "--username=app", "--command=select 40 + 2"], {
      tty: false,
      name: "db",
    });
    assert.match((await run(client)).stdout, /42/);
    const there = await execCommand(project.here, ["sh", "-c", "pwd; exit 7"], { tty: false });
    assert.deepEqual(await run(there, { accept: [7] }), { code: 7, stdout: "/app\n", stderr: "" });
    assert.match(
      await connectionString(project.here, "db"),
      /^postgresql:\/\/app:development@127\.0\.0\.1:\d+\/app$/,
    );
    using tests = await perform((task) => testCommands(project.here, nobody, task));
    for (const command of tests.commands) assert.match((await run(command)).stdout, /# fail 0/);

    await project.edit("src/app.js", (text) => text.replace("<h1>Tasks", "<h1>Tasks, changed"));
    await becomes(first.url, /<h1>Tasks, changed/);

    await fetch(`${first.url}/tasks`, {
      method: "POST",
      body: new URLSearchParams({ title: "kept over the night" }),
    });
    assert.match(await page(first.url), /kept over the night/);
    await perform((task) => down(project.here, task));
    assert.deepEqual(await project.running(), []);
    const again = await project.up();
    assert.equal(again.url, first.url);
    assert.equal(again.steps["seed/seed"], "skipped");
    assert.match(await page(again.url), /kept over the night/);

    await perform((task) => reset(project.here, task));
    const anew = await project.up();
    assert.equal(anew.steps["seed/seed"], "done");
    assert.doesNotMatch(await page(anew.url), /kept over the night/);
  });
});

test("an API with a worker, a vector database and a queue: the worker does what the API asks for", {
  timeout: 600_000,
}, async () => {
  await prepareImages(["python:3.13-slim", "pgvector/pgvector:pg17", "redis:8"], rig);
  await using project = await checkout(rig, { sample: "fastapi-notes" });
  await writeFile(project.file(".env"), "OPENAI_API_KEY=of-nobody\n");
  const { url } = await project.up();
  assert.deepEqual((await project.running()).sort(), ["cache", "db", "web", "worker", "workspace"]);
  assert.equal((await fetch(`${url}/notes/1/summary`, { method: "POST" })).ok, true);
  await becomes(`${url}/notes`, /"summary":"Boats need paint every spring"/);
});

test("a site in PHP with MariaDB", { timeout: 600_000 }, async () => {
  await prepareImages(["php:8.2-apache", "composer:2", "mariadb:11.8"], rig);
  await using project = await checkout(rig, { sample: "php-guestbook" });
  // the rig has these
  await project.edit("sistership.yaml", (text) =>
    text.replace(/php@[\d.]+/, "php@8.2").replace(/(mysql|mariadb)@[\d.]+/, "mariadb@11.8"),
  );
  if (!/^release:/m.test(await readFile(project.file("sistership.yaml"), "utf8")))
    await project.edit("sistership.yaml", (text) => `${text}release: php bin/migrate\n`);
  const { url } = await project.up();
  assert.match(await page(url), /<h1>Guestbook/);
});

test("what has changed since it was started is named, by process and field, and mended by the same button", {
  timeout: 300_000,
}, async () => {
  await using project = await checkout(rig, tiny());
  await project.up();
  const changes = async () =>
    Object.fromEntries(
      (await environmentStatus(project.here)).parts.flatMap(({ name, changed }) =>
        changed ? [[name, changed]] : [],
      ),
    );
  assert.deepEqual(await changes(), {});
  await project.edit("sistership.yaml", (text) =>
    text.replace("health: / }", "health: /, env: { GREETING: hi } }"),
  );
  assert.deepEqual(await changes(), { web: ["environment.GREETING"], workspace: ["environment.GREETING"] });
  await project.up();
  assert.deepEqual(await changes(), {});
  await project.edit("sistership.yaml", (text) =>
    text.replace("runtime: node@22", "runtime: node@22\nbuild: { env: { KIND: trial } }"),
  );
  assert.deepEqual(await changes(), { web: ["image"], workspace: ["image"] });

  assert.equal((await project.up()).steps["image/web"], "done");
  assert.equal((await project.up()).steps["image/web"], "skipped");
  assert.equal((await project.up({ rebuild: true })).steps["image/web"], "done");

  const { web = "" } = await project.ids();
  const usage = await usageNow(project.here, [web], AbortSignal.timeout(30_000));
  const taken = usage.get(web);
  assert.ok(taken && taken.memoryBytes > 1e6 && taken.cpus >= 0, JSON.stringify(taken));
});

test("a worktree of Git is a stack of its own, in which Git works inside", { timeout: 300_000 }, async () => {
  await using project = await checkout(rig, tiny());
  const git = (cwd: string, ...args: string[]) =>
    run({ program: "git", args: ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], cwd });
  const { folder } = project.here;
  await git(folder, "init", "--quiet");
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", "first");
  const feature = join(folder, "../feature");
  await git(folder, "worktree", "add", "--quiet", feature);
  const there = { ...project.here, folder: feature };
  try {
    const [one, two] = [await project.up(), await perform((task) => up(there, nobody, task))];
    assert.notEqual(two.project, one.project);
    for (const here of [project.here, there]) {
      const inside = await execCommand(here, ["git", "log", "--format=%s"], { tty: false });
      assert.equal((await run(inside)).stdout, "first\n");
    }
  } finally {
    await clear(there);
  }
});

test("what one person lays over the profile is theirs alone", { timeout: 300_000 }, async () => {
  const server = hello.replace('"hello"', "process.env.GREETING");
  await using project = await checkout(rig, tiny({ server, more: "env: { GREETING: for all }\n" }));
  const { folder } = project.here;
  await run({ program: "git", args: ["init", "--quiet"], cwd: folder });
  assert.equal(await page((await project.up()).url), "for all");
  const shared = await readFile(project.file(".sistership/compose.yaml"), "utf8");

  await writeFile(project.file("sistership.local.yaml"), "env: { GREETING: for me }\n");
  assert.deepEqual(
    (await environmentStatus(project.here)).parts.find(({ name }) => name === "web")?.changed,
    ["environment.GREETING"],
  );
  assert.equal(await page((await project.up()).url), "for me");
  assert.equal(await readFile(project.file(".sistership/compose.yaml"), "utf8"), shared);
  const { stdout } = await run({
    program: "git",
    args: ["status", "--porcelain", "--untracked-files=all"],
    cwd: folder,
  });
  assert.doesNotMatch(stdout, /local/);
  assert.match(stdout, /sistership\.yaml/);

  await writeFile(
    project.file("sistership.local.yaml"),
    "env: { GREETING: for me }\nprocesses: { web: { prot: 1 } }\n",
  );
  assert.match((await project.fails()).says, /sistership\.local\.yaml, line 2: .*prot/);
  await writeFile(project.file("sistership.local.yaml"), "runtime: node@24\n");
  assert.match(
    (await project.fails()).says,
    /sistership\.local\.yaml was not used: it would change the image/,
  );

  await rm(project.file("sistership.local.yaml"));
  assert.equal(await page((await project.up()).url), "for all");
});

describe("several side by side", () => {
  test("two checkouts of one project and three other projects have names and ports of their own", {
    timeout: 300_000,
  }, async () => {
    const name = unique("twins");
    await using one = await checkout(rig, tiny({ name }));
    const state = one.here.machine.env.XDG_STATE_HOME ?? "";
    await using two = await checkout(rig, tiny({ name, server: hello.replace("hello", "the other") }), {
      state,
      folder: "feature",
    });
    await using others = new AsyncDisposableStack();
    const third = async (said: string) =>
      others.use(await checkout(rig, tiny({ server: hello.replace("hello", said) }), { state }));
    const more = [await third("a third"), await third("a fourth"), await third("a fifth")];
    const ups = [await one.up(), await two.up()];
    for (const project of more) ups.push(await project.up());
    assert.equal(new Set(ups.map(({ url }) => url)).size, 5);
    assert.deepEqual(
      ups.slice(0, 2).map(({ project }) => project),
      [name, `${name}-feature`],
    );
    assert.deepEqual(await Promise.all(ups.map(({ url }) => page(url))), [
      "hello",
      "the other",
      "a third",
      "a fourth",
      "a fifth",
    ]);
    assert.equal((await two.up()).url, ups[1]?.url);
  });

  test("a port that somebody took meanwhile is given up, and said", { timeout: 300_000 }, async () => {
    await using project = await checkout(rig, tiny());
    const first = await project.up();
    await perform((task) => down(project.here, task));
    const squatter = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
    try {
      const second = await project.up();
      assert.notEqual(second.url, first.url);
      assert.equal(await page(second.url), "hello");
    } finally {
      squatter.close();
    }
  });
});

describe("values that stand in no file", () => {
  const more = "env:\n  TOKEN: { secret: true }\n  SESSION_SECRET: { secret: true }\n";
  const server = hello.replace('"hello"', "`${process.env.TOKEN} ${process.env.SESSION_SECRET?.length}`");

  test("are asked for once, made up where they may be, reach the process, and are in no file of the folder", async () => {
    await using project = await checkout(rig, tiny({ more, server }));
    const asked: string[][] = [];
    let kept: Readonly<Record<string, string>> = {};
    const values: Values = {
      known: async () => kept,
      ask: async (names) => {
        asked.push([...names]);
        return { TOKEN: 'a "strange" $value\\ with # and \'' };
      },
      keep: async (all) => {
        kept = { ...kept, ...all };
      },
    };
    const { url } = await project.up({ values });
    assert.equal(await page(url), 'a "strange" $value\\ with # and \' 64');
    const ids = await project.ids();
    await project.up({ values });
    assert.deepEqual(asked, [["TOKEN"]]);
    assert.deepEqual(await project.ids(), ids);
    const { stdout } = await run(
      { program: "grep", args: ["-rl", "strange", join(project.here.folder, "..")] },
      { accept: [0, 1] },
    );
    assert.equal(stdout, "");
  });

  test("that nobody gives are named, and nothing is started", async () => {
    await using project = await checkout(rig, tiny({ more, server }));
    const fault = await project.fails();
    assert.equal(fault.code, "values-missing");
    assert.match(fault.says, /^TOKEN must have a value/);
    assert.deepEqual(await project.running(), []);
  });
});

// mostly waiting: several at a time
describe("what goes wrong is named, leaves nothing running, and is got over", { concurrency: 4 }, () => {
  const cases: { name: string; break: (project: Checkout) => Promise<void>; says: RegExp }[] = [
    {
      name: "an application that listens to itself alone",
      break: (project) =>
        project.edit("server.js", (text) => text.replace("listen(3000)", 'listen(3000, "127.0.0.1")')),
      says: /^web runs but does not become healthy: it listens at port 3000 on 127\.0\.0\.1/,
    },
    {
      name: "one that listens at another port",
      break: (project) => project.edit("server.js", (text) => text.replace("listen(3000)", "listen(3001)")),
      says: /^web runs but does not become healthy: it listens at port 3001, not at 3000/,
    },
    {
      name: "a module that is not there, under a reloader that keeps running",
      break: (project) => project.edit("server.js", (text) => `require("left-out");\n${text}`),
      says: /^web runs but does not become healthy: left-out is not installed/,
    },
    {
      name: "one that ends at once",
      break: (project) =>
        project.edit("sistership.yaml", (text) =>
          text.replace("node --watch server.js", "node -e 'process.exit(3)'"),
        ),
      says: /^web ended as soon as it had started, with exit code 3/,
    },
    {
      name: "a variable that is not set",
      break: async (project) => {
        await project.edit(
          "server.js",
          (text) => `if (!process.env.API_KEY) throw new Error("API_KEY is not set");\n${text}`,
        );
        await project.edit("sistership.yaml", (text) => text.replace("node --watch", "node"));
      },
      says: /it misses the variable API_KEY/,
    },
    {
      name: "a path that does not answer",
      break: async (project) => {
        await project.edit("server.js", (text) => text.replace("answer.end(", "answer.writeHead(500).end("));
        await project.edit("sistership.yaml", (text) =>
          text.replace("health: /", "health: { path: /, start: 4s }"),
        );
      },
      says: /its health path answers 500/,
    },
    {
      name: "a failing migration",
      break: (project) =>
        project.edit(
          "sistership.yaml",
          (text) => `${text}release: node -e 'throw new Error("no such table")'\n`,
        ),
      says: /^The release command .* failed, and the application was not started: .*no such table/,
    },
    {
      name: "a service image that no registry has",
      break: (project) =>
        project.edit(
          "sistership.yaml",
          (text) => `${text}services: { odd: { image: "localhost:1/nothing/here:1", port: 1 } }\n`,
        ),
      says: /^The image localhost:1\/nothing\/here:1 could not be fetched/,
    },
    {
      name: "a wrong profile",
      break: (project) => project.edit("sistership.yaml", (text) => text.replace("port: 3000", "port: many")),
      says: /sistership\.yaml, line \d+: .*Mend it/,
    },
  ];
  for (const one of cases) {
    test(one.name, { timeout: 300_000 }, async () => {
      await using project = await checkout(rig, tiny());
      const right = await Promise.all(
        ["server.js", "sistership.yaml"].map(
          async (path) => [path, await readFile(project.file(path), "utf8")] as const,
        ),
      );
      await one.break(project);
      const fault = await project.fails();
      assert.match(fault.says, one.says);
      for (const [path, text] of right) await writeFile(project.file(path), text);
      assert.deepEqual(await project.running(), []);
      assert.equal(await page((await project.up()).url), "hello");
    });
  }

  test("a run that is cancelled stops what it started, and goes on the next time", {
    timeout: 300_000,
  }, async () => {
    await using project = await checkout(rig, tiny({ server: `setTimeout(() => { ${hello} }, 8000);` }));
    const cancel = new AbortController();
    const fault = await project.fails({
      signal: cancel.signal,
      onStep: (id, state) => {
        if (id === "process/web" && state === "running") cancel.abort();
      },
    });
    assert.equal(fault.code, "cancelled");
    assert.deepEqual(await project.running(), []);
    const { steps, url } = await project.up();
    assert.equal(steps["image/web"], "skipped");
    assert.equal(await page(url), "hello");
  });

  test("a container that somebody removed is made again", { timeout: 300_000 }, async () => {
    await using project = await checkout(rig, tiny());
    await project.up();
    const { web = "" } = await project.ids();
    await run({ program: "docker", args: ["rm", "--force", web], env: rig.env });
    const { steps, url } = await project.up();
    assert.equal(steps["process/workspace"], "skipped");
    assert.equal(await page(url), "hello");
  });
});
