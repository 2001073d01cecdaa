// One button: from a clone to the application's page, as a user with a mouse sees it.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open } from "../rig/editor/workbench.ts";
import { clear, cloneSample, hereIn, labelEnvironment, prepareImages } from "../rig/project.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-one-button-"));
const project = join(home, "tasks");
const state = join(home, "state");
let vsix: string;
let rig: Engine;

before(async () => {
  rig = await engine();
  await prepareImages(["node:22-bookworm-slim", "postgres:17"], rig);
  await cloneSample("express-tasks", project, "one-button");
  labelEnvironment(project);
  vsix = await packExtension();
});
after(async () => {
  await clear(hereIn(project, rig, state));
  rmSync(home, { recursive: true, force: true });
});

test("a new hire presses one button and sees the application; a changed line shows in the page", {
  timeout: 300_000,
}, async () => {
  await using vscode = await open({
    folder: project,
    vsix: [vsix],
    env: { ...rig.env, XDG_STATE_HOME: state },
  });
  await vscode
    .notification("tasks has an environment")
    .locator(".monaco-button", { hasText: "Open in Environment" })
    .waitFor();
  await vscode.screenshot("environment-offer");
  await vscode.activity("Sistership");
  await vscode.row("Environment", /^one-button ?not running/).waitFor();
  await vscode.row("Environment", /^db ?not started/).waitFor();
  await vscode.screenshot("environment-stopped");

  await vscode
    .notification("tasks has an environment")
    .locator(".monaco-button", { hasText: "Open in Environment" })
    .click();
  await vscode.notification("Open tasks in its environment").waitFor();
  await vscode.row("Activity", /^Open tasks in its environment/).waitFor();
  await vscode.screenshot("environment-busy");

  const page = vscode.page
    .frameLocator("iframe.webview[src*=simple-browser]")
    .frameLocator("iframe#active-frame")
    .frameLocator(".content iframe");
  await page.locator("h1", { hasText: "Tasks" }).waitFor({ timeout: 120_000 });
  await vscode.notification("tasks runs at http://one-button.localhost:").waitFor();
  await vscode.row("Environment", /^one-button ?running/).waitFor();
  await vscode.row("Environment", /^web ?running/).waitFor();
  await vscode.row("Environment", /^db ?running · postgres:17/).waitFor();
  await vscode.status("one-button").waitFor();
  await vscode.screenshot("environment-open");

  await vscode
    .notification("tasks runs at")
    .locator(".monaco-button", { hasText: "Open Terminal Inside" })
    .click();
  await vscode.page.locator(".terminal-wrapper .xterm-screen").first().waitFor();
  const proof = join(project, "from-inside");
  // a shell tells of nothing: it is typed to until it has done what was typed
  for (let tries = 0; tries < 30 && !existsSync(proof); tries++) {
    await vscode.page.locator(".terminal-wrapper .xterm-screen").first().click();
    await vscode.page.keyboard.type("pwd > from-inside\n");
    await wait(500);
  }
  assert.equal(readFileSync(proof, "utf8"), "/app\n");
  await vscode.screenshot("environment-terminal");

  await vscode.command("Sistership: Run Tests Inside");
  await vscode.notification("The tests of tasks passed.").waitFor();
  await vscode.screenshot("environment-tests");

  await vscode.rowAction("Environment", /^web/, "Stop");
  await vscode.row("Environment", /^web ?ended/).waitFor();
  await vscode.row("Environment", /^one-button ?1 stopped/).waitFor();
  await vscode.row("Activity", /^Stop web ?done/).waitFor();
  await vscode.rowAction("Environment", /^web/, "Start");
  await vscode.row("Environment", /^web ?running/).waitFor();

  const file = join(project, "src/app.js");
  writeFileSync(file, readFileSync(file, "utf8").replace("<h1>Tasks", "<h1>Tasks of today"));
  await vscode.rowAction("Environment", /^web/, "Open Page");
  const reload = vscode.page
    .frameLocator("iframe.webview[src*=simple-browser]")
    .frameLocator("iframe#active-frame")
    .locator(".reload-button");
  for (let tries = 0; tries < 20; tries++) {
    await reload.click();
    if (
      await page
        .locator("h1", { hasText: "Tasks of today" })
        .waitFor({ timeout: 1500 })
        .then(
          () => true,
          () => false,
        )
    )
      break;
  }
  await page.locator("h1", { hasText: "Tasks of today" }).waitFor();

  await vscode.rowAction("Environment", /^one-button/, "Stop Environment");
  await vscode.row("Environment", /^one-button ?not running/).waitFor();
  await vscode.screenshot("environment-down");
});

test("what stands in the way is said where the user is, a secret is asked for once, and data is deleted only after a question", {
  timeout: 300_000,
}, async () => {
  const profile = join(project, "sistership.yaml");
  writeFileSync(
    profile,
    readFileSync(profile, "utf8").replace("env:", "env:\n  PAYMENT_TOKEN: { secret: true }"),
  );
  const server = join(project, "src/server.js");
  const right = readFileSync(server, "utf8");
  writeFileSync(server, right.replace("app.listen(port,", "app.listen(port, '127.0.0.1',"));

  await using vscode = await open({
    folder: project,
    vsix: [vsix],
    env: { ...rig.env, XDG_STATE_HOME: state },
    theme: "light",
  });
  await vscode.activity("Sistership");
  await vscode.row("Environment", /^one-button ?not running/).waitFor();
  await vscode.rowAction("Environment", /^one-button/, "Open in Environment");
  const box = vscode.page.locator(".quick-input-widget input[type=password]");
  await box.waitFor();
  await vscode.screenshot("environment-secret");
  await box.fill("for-this-test-only");
  await vscode.page.keyboard.press("Enter");

  const sentence = "web runs but does not become healthy: it listens at port 3000 on 127.0.0.1";
  await vscode.notification(sentence).waitFor({ timeout: 90_000 });
  await vscode.row("Environment", /^one-button ?not running/).waitFor();
  await vscode.screenshot("environment-failed");
  await vscode.notification(sentence).locator(".monaco-button", { hasText: "Show log" }).click();
  await vscode.page.locator(".part.panel", { hasText: "listening on 3000" }).waitFor();

  writeFileSync(server, right);
  await vscode.rowAction("Environment", /^one-button/, "Open in Environment");
  await vscode.row("Environment", /^one-button ?running/).waitFor({ timeout: 90_000 });
  await vscode.screenshot("environment-light");
  const kept = readdirSync(home, { recursive: true, encoding: "utf8" }).filter(
    (path) => !path.includes("node_modules"),
  );
  for (const path of kept.filter((one) => statSync(join(home, one)).isFile()))
    assert.ok(!readFileSync(join(home, path), "utf8").includes("for-this-test-only"), path);

  await vscode.command("Sistership: Reset Environment");
  await vscode.dialogButton("Delete Data").waitFor();
  await vscode.screenshot("environment-reset");
  await vscode.dialogButton("Delete Data").click();
  await vscode.row("Environment", /^one-button ?not running/).waitFor();
  await vscode.row("Activity", /^Reset the environment of tasks ?done/).waitFor();
});
