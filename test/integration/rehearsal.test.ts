// What is released, rehearsed on this machine beside what is developed in, and the two compared.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { before, describe, test } from "node:test";
import { down, environmentStatus, parity, up } from "../../src/engine/environment/index.ts";
import { run } from "../../src/engine/process/index.ts";
import { checkout, nobody, page, perform, tiny } from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { prepareImages } from "../rig/project.ts";

let rig: Engine;
before(async () => {
  rig = await engine();
  await prepareImages(["node:22-bookworm-slim", "postgres:17"], rig);
});

describe("a rehearsal of the release", () => {
  test("runs beside the environment, with data and ports of its own, from the image that is shipped", {
    timeout: 600_000,
  }, async () => {
    await using project = await checkout(rig, { sample: "express-tasks" });
    await writeFile(project.file(".env"), "SESSION_SECRET=of-the-repository\n");
    const rehearsed = { ...project.here, rehearsal: {} };

    const apart = await perform((task) => parity(project.here, task));
    assert.equal(apart.verdict, "unknown", "nothing is called the same that nobody has looked at");

    const development = await project.up();
    const release = await project.up({ rehearsal: {} });
    assert.notEqual(release.url, development.url);
    assert.equal(release.project, `${development.project}-release`);
    assert.match(await page(release.url), /<h1>Tasks/);
    assert.equal(release.steps.release, "done", "the release command has run on the rehearsal's own data");

    await fetch(`${release.url}/tasks`, {
      method: "POST",
      body: new URLSearchParams({ title: "of the rehearsal" }),
    });
    assert.match(await page(release.url), /of the rehearsal/);
    assert.doesNotMatch(await page(development.url), /of the rehearsal/);

    const status = await environmentStatus(rehearsed);
    assert.deepEqual(
      status.parts.map(({ name, state }) => [name, state]),
      [
        ["web", "well"],
        ["db", "well"],
      ],
    );
    const web = status.parts.find(({ name }) => name === "web");
    const { stdout } = await run({ program: "docker", args: ["inspect", web?.id ?? ""], env: rig.env });
    const [{ Config, HostConfig }] = JSON.parse(stdout);
    assert.match(Config.Image, /:release$/);
    assert.deepEqual(HostConfig.Binds ?? [], [], "no source is mounted over what is shipped");

    // a changed line is in the environment at once, in the rehearsal when it is rehearsed again
    await project.edit("src/app.js", (text) => text.replace("<h1>Tasks", "<h1>Tasks, changed"));
    assert.doesNotMatch(await page(release.url), /Tasks, changed/);
    const again = await project.up({ rehearsal: {} });
    assert.equal(again.url, release.url);
    assert.match(await page(again.url), /Tasks, changed/);
    assert.match(await page(again.url), /of the rehearsal/);

    const same = await perform((task) => parity(project.here, task));
    assert.deepEqual(
      same.rows.filter(({ verdict }) => verdict !== "same"),
      [],
    );
    assert.equal(same.verdict, "same");
    const row = (about: string) => same.rows.find((one) => one.about === about);
    assert.match(row("web: runtime")?.values[1] ?? "", /^Node v22\./);
    assert.match(row("web: system packages")?.says ?? "", /more in development/);

    await perform((task) => down(rehearsed, task));
    assert.ok((await project.running()).includes("web"), "the environment goes on");
    assert.equal((await environmentStatus(rehearsed)).parts[0]?.state, "absent");
  });

  test("has the settings of its stage, and a stage that is none is said", { timeout: 300_000 }, async () => {
    const more = `env: { GREETING: for developers }
stages:
  production: { servers: [one], env: { GREETING: for the world } }
`;
    const server = `require("node:http").createServer((_, answer) => answer.end(process.env.GREETING)).listen(3000);
process.on("SIGTERM", () => process.exit());
`;
    await using project = await checkout(rig, tiny({ more, server }));
    assert.equal(await page((await project.up()).url), "for developers");
    const { url } = await project.up({ rehearsal: { stage: "production" } });
    assert.equal(await page(url), "for the world");
    const wrong = { ...project.here, rehearsal: { stage: "produktion" } };
    await assert.rejects(
      perform((task) => up(wrong, nobody, task)),
      /There is no stage "produktion" in sistership.yaml: choose from production/,
    );
  });

  test("differences are named: a package, a version, a variable", { timeout: 300_000 }, async () => {
    await using project = await checkout(rig, tiny({ more: "env: { SHARED: yes }\n" }));
    await project.up();
    await project.up({ rehearsal: {} });
    // what is developed in changes, what is released is as it was
    await project.edit("sistership.yaml", (text) =>
      text.replace("env: { SHARED: yes }", "env: { SHARED: yes, NEW: here }"),
    );
    await project.up();
    const { rows, verdict } = await perform((task) => parity(project.here, task));
    assert.equal(verdict, "differs");
    assert.deepEqual(
      rows.filter((one) => one.verdict === "differs").map(({ about, says }) => [about, says]),
      [["web: variables", "NEW is only in development"]],
    );
  });
});
