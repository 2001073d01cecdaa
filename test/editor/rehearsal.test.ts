// What is released, rehearsed and compared from the editor, as a user with a mouse does it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open } from "../rig/editor/workbench.ts";
import { clear, cloneSample, hereIn, labelEnvironment, prepareImages } from "../rig/project.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-rehearsal-"));
const project = join(home, "tasks");
const state = join(home, "state");
let vsix: string;
let rig: Engine;

before(async () => {
  rig = await engine();
  await prepareImages(["node:22-bookworm-slim", "postgres:17"], rig);
  await cloneSample("express-tasks", project, "try-out");
  const profile = join(project, "sistership.yaml");
  writeFileSync(
    profile,
    `${readFileSync(profile, "utf8")}stages:\n  production: { servers: [fra1], env: { ONLY_THERE: "yes" } }\n`,
  );
  writeFileSync(join(project, ".env"), "SESSION_SECRET=of-the-repository\n");
  labelEnvironment(project);
  vsix = await packExtension();
});
after(async () => {
  await clear({ ...hereIn(project, rig, state), rehearsal: {} });
  await clear(hereIn(project, rig, state));
  rmSync(home, { recursive: true, force: true });
});

test("the release is rehearsed beside the environment, compared with it, and a change is seen in what runs", {
  timeout: 300_000,
}, async () => {
  await using vscode = await open({
    folder: project,
    vsix: [vsix],
    env: { ...rig.env, XDG_STATE_HOME: state },
  });
  await vscode.activity("Sistership");
  await vscode.command("Sistership: Open in Environment");
  await vscode.row("Environment", /^try-out ?running$/).waitFor({ timeout: 120_000 });
  // numbers of what each takes, without anybody having asked
  await vscode.row("Environment", /^web ?running · :\d+ · \d+ % CPU, \d+ MB/).waitFor();

  await vscode.command("Sistership: Rehearse Release");
  await vscode.pick(/^production/).waitFor();
  await vscode.screenshot("rehearsal-stage");
  await vscode.pick(/^production/).click();
  await vscode.row("Environment", /^try-out \(rehearsal\) ?running/).waitFor({ timeout: 120_000 });
  await vscode.notification("What is released of tasks runs at http://try-out-release.localhost:").waitFor();
  await vscode.screenshot("rehearsal-running");

  await vscode
    .notification("What is released of tasks runs at")
    .locator(".monaco-button", { hasText: "Compare with Development" })
    .click();
  const report = vscode.page
    .frameLocator("iframe.webview[src*='markdown']")
    .frameLocator("iframe#active-frame");
  await report.locator("h1", { hasText: "Parity of tasks" }).waitFor();
  await vscode.screenshot("rehearsal-parity");
  // it is a setting of the stage: the report names it, and nothing else
  await report.locator("tr", { hasText: "ONLY_THERE is missing in development" }).waitFor();
  assert.equal(await report.locator("tr", { hasText: "differs" }).count(), 1);
  await vscode.screenshot("rehearsal-parity");

  const profile = join(project, "sistership.yaml");
  writeFileSync(profile, readFileSync(profile, "utf8").replace("LOG_LEVEL: info", "LOG_LEVEL: debug"));
  await vscode.command("Sistership: Refresh Environment");
  await vscode
    .row("Environment", /^web ?running · changed since: environment\.LOG_LEVEL/)
    .first()
    .waitFor();
  await vscode.screenshot("environment-stale");
  await vscode.rowAction(
    "Environment",
    /^try-out ?running, not as it is described now/,
    "Open in Environment",
  );
  await vscode.row("Environment", /^try-out ?running$/).waitFor({ timeout: 120_000 });

  await vscode.rowAction("Environment", /^try-out \(rehearsal\)/, "Stop Environment");
  await vscode.row("Environment", /^try-out \(rehearsal\)/).waitFor({ state: "detached" });
  await vscode.row("Environment", /^web ?running/).waitFor();
});
