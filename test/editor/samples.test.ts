// Three kinds of project, from a clone to the page by one button; a line typed in the editor shows in it; a breakpoint is hit.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Locator } from "playwright-core";
import { environmentStatus } from "../../src/engine/environment/index.ts";
import { becomes } from "../rig/checkout.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packExtension, packStandIn } from "../rig/editor/pack.ts";
import { open, type Workbench } from "../rig/editor/workbench.ts";
import { clear, cloneSample, hereIn, labelEnvironment, prepareImages } from "../rig/project.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-samples-"));
const state = join(home, "state");
let vsix: string;
let rig: Engine;

before(async () => {
  rig = await engine();
  vsix = await packExtension();
  for (const { images } of samples) await prepareImages(images, rig);
});
after(() => rmSync(home, { recursive: true, force: true }));

interface Sample {
  sample: string;
  images: readonly string[];
  env?: string;
  /** What the rig has not in the version that the sample asks for. */
  mend?: (profile: string) => string;
  heading: string;
  /** A line of the page that is typed anew, and what it is then. */
  typed: { file: string; line: string; anew: string; shows: string };
  /** The Dev Containers extension is there, or what stands for it. */
  standIn?: true;
  breakpoint: { file: string; line: string; path: string; variable: RegExp };
}

/** Of the Dev Containers extension, which moves the window into its container. */
const reopenInside = "remote-containers.reopenInContainer";

const samples: Sample[] = [
  {
    sample: "express-tasks",
    images: ["node:22-bookworm-slim", "postgres:17"],
    env: "SESSION_SECRET=of-the-repository\n",
    heading: "Tasks",
    typed: {
      file: "src/app.js",
      line: "<h1>Tasks</h1>",
      anew: "<h1>Tasks, typed</h1>",
      shows: "Tasks, typed",
    },
    breakpoint: {
      file: "src/app.js",
      line: "  res.json(rows);",
      path: "/tasks",
      variable: /rows ?= ?\(2\)/,
    },
  },
  {
    sample: "fastapi-notes",
    images: ["python:3.13-slim", "pgvector/pgvector:pg17", "redis:8"],
    env: "OPENAI_API_KEY=of-nobody\n",
    heading: "Notes",
    typed: {
      file: "app/main.py",
      line: `    return "<!doctype html><title>Notes</title><h1>Notes</h1><p><a href='/docs'>API</a></p>"`,
      anew: `    return "<!doctype html><title>Notes</title><h1>Notes, typed</h1>"`,
      shows: "Notes, typed",
    },
    breakpoint: {
      file: "app/main.py",
      line: "        nearest = select(Note).order_by(Note.embedding.cosine_distance(embed(q))).limit(3)",
      path: "/notes/similar?q=coffee",
      variable: /q ?= ?'coffee'/,
    },
  },
  {
    sample: "php-guestbook",
    images: ["php:8.2-apache", "composer:2", "mariadb:11.8"],
    mend: (profile) =>
      `${profile.replace(/php@[\d.]+/, "php@8.2").replace(/(mysql|mariadb)@[\d.]+/, "mariadb@11.8")}${/^release:/m.test(profile) ? "" : "release: php bin/migrate\n"}`,
    heading: "Guestbook",
    typed: {
      file: "public/index.php",
      line: "<h1>Guestbook</h1>",
      anew: "<h1>Guestbook, typed</h1>",
      shows: "Guestbook, typed",
    },
    standIn: true,
    breakpoint: {
      file: "public/index.php",
      line: "    $pdo->query('SELECT 1');",
      path: "/health",
      variable: /\$path ?= ?"\/health"/,
    },
  },
];

for (const one of samples) {
  test(`${one.sample}: one button, a typed line, a breakpoint`, {
    timeout: 400_000,
  }, async () => {
    const project = join(home, one.sample);
    await cloneSample(one.sample, project, `one-${one.sample}`);
    const profile = join(project, "sistership.yaml");
    if (one.mend) writeFileSync(profile, one.mend(readFileSync(profile, "utf8")));
    if (one.env) writeFileSync(join(project, ".env"), one.env);
    labelEnvironment(project);
    const here = hereIn(project, rig, state);
    try {
      await using vscode = await open({
        folder: project,
        vsix: one.standIn ? [vsix, await packStandIn(reopenInside, join(home, "stand-in"))] : [vsix],
        env: { ...rig.env, XDG_STATE_HOME: state },
        settings: { "editor.autoClosingBrackets": "never", "editor.autoClosingQuotes": "never" },
      });
      await vscode.activity("Sistership");
      await vscode.openFile(one.typed.file.split("/").at(-1) ?? "");
      await vscode.welcomeOffer(one.sample);
      const page = vscode.simpleBrowser();
      await page.locator("h1", { hasText: one.heading }).waitFor({ timeout: 200_000 });
      await vscode.screenshot(`sample-${one.sample}-open`);

      await typeAnew(vscode, project, one.typed);
      for (let tries = 0; tries < 40; tries++) {
        await vscode.reloadSimpleBrowser();
        const shown = page.locator("h1", { hasText: one.typed.shows }).waitFor({ timeout: 1500 });
        if (
          await shown.then(
            () => true,
            () => false,
          )
        )
          break;
      }
      await page.locator("h1", { hasText: one.typed.shows }).waitFor();
      await vscode.screenshot(`sample-${one.sample}-typed`);

      if (one.standIn) {
        await vscode.command("Sistership: Reopen in Dev Container");
        await vscode.notification(`${reopenInside} was called`).waitFor();
      }
      const { parts } = await environmentStatus(here);
      const port = parts.find(({ name }) => name === "web")?.address?.port;
      assert.ok(port);
      await hit(vscode, project, one.breakpoint, `http://127.0.0.1:${port}`, one.sample);
    } finally {
      await clear(here);
    }
  });
}

/** Puts the cursor on a line of a file, by its text. */
async function goTo(vscode: Workbench, project: string, file: string, line: string): Promise<void> {
  const lines = readFileSync(join(project, file), "utf8").split("\n");
  const number = lines.indexOf(line) + 1;
  assert.ok(number > 0, `${file} has no line ${line}`);
  await vscode.page.locator(`.tab[data-resource-name="${file.split("/").at(-1)}"]`).click();
  await vscode.page.keyboard.press("Control+G");
  await vscode.page.locator(".quick-input-widget input").first().fill(`:${number}`);
  await vscode.page.keyboard.press("Enter");
  await vscode.text(line.trim()).first().waitFor();
}

async function typeAnew(
  vscode: Workbench,
  project: string,
  { file, line, anew }: Sample["typed"],
): Promise<void> {
  await goTo(vscode, project, file, line);
  for (const key of ["End", "Shift+Home", "Shift+Home", "Delete"]) await vscode.page.keyboard.press(key);
  await vscode.page.keyboard.type(anew);
  await vscode.page.keyboard.press("Control+S");
  // the editor saves by itself too, and says of neither when it is done
  const saved = () => readFileSync(join(project, file), "utf8").split("\n").includes(anew);
  for (let tries = 0; tries < 50 && !saved(); tries++) await wait(100);
  assert.ok(saved(), `${file} was not saved`);
}

async function hit(
  vscode: Workbench,
  project: string,
  { file, line, path, variable }: Sample["breakpoint"],
  url: string,
  name: string,
): Promise<void> {
  await goTo(vscode, project, file, line);
  await vscode.page.keyboard.press("F9");
  await vscode.page
    .locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified")
    .first()
    .waitFor();
  await vscode.rowAction("Environment", /^web/, "Debug");
  await vscode.page.locator(".debug-toolbar").waitFor({ timeout: 60_000 });
  await vscode.page
    .locator(".codicon-debug-breakpoint:not(.codicon-debug-breakpoint-unverified)")
    .first()
    .waitFor();
  const stopped = vscode.page.locator(".codicon-debug-stackframe").first();
  // what was typed may still be reloading: the process that has the breakpoint then is not the one that answers
  const { answer } = await heldUp(stopped, `${url}${path}`);
  await vscode.command("View: Show Run and Debug");
  const locals = vscode.page.locator(".debug-variables .monaco-list-row", { hasText: /^Locals?$/ });
  await locals.waitFor();
  if ((await locals.getAttribute("aria-expanded")) !== "true") await locals.click();
  await vscode.page.locator(".debug-variables .monaco-list-row", { hasText: variable }).first().waitFor();
  await vscode.screenshot(`sample-${name}-breakpoint`);
  await vscode.command("Debug: Continue");
  assert.equal((await answer).status, 200);
  await stopped.waitFor({ state: "detached" });

  // a reload ends the process that was debugged, but for PHP: in the next one the breakpoint is hit again
  const text = readFileSync(join(project, file), "utf8");
  assert.match(text, /, typed</);
  writeFileSync(join(project, file), text.replace(", typed<", ", reloaded<"));
  await becomes(`${url}/`, /, reloaded</, 120_000);
  const again = await heldUp(stopped, `${url}${path}`);
  await vscode.screenshot(`sample-${name}-reloaded`);
  await vscode.command("Debug: Continue");
  assert.equal((await again.answer).status, 200);
  await vscode.command("Debug: Disconnect");
  await vscode.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
}

/** A debugger does not say when it is back: the page is asked for until an answer is held up. */
async function heldUp(stopped: Locator, url: string): Promise<{ answer: Promise<Response> }> {
  for (let tries = 0; tries < 30; tries++) {
    const answer = fetch(url);
    const held = stopped.waitFor({ timeout: 60_000 }).then(() => true);
    const first = await Promise.race([
      held.catch(() => false),
      answer.then(
        () => false,
        () => false,
      ),
    ]);
    if (first) return { answer };
    await wait(1000);
  }
  return assert.fail(`${url} was never held up`);
}
