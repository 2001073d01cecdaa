// The packed extension in a real VS Code, clicked through as a user does.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open, themes, type Workbench } from "../rig/editor/workbench.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-user-"));
const project = join(home, "shop");
const newcomers = join(home, "not set up yet");
const sshConfig = join(home, "ssh_config");
let vsix: string;
let env: Record<string, string>;

before(async () => {
  mkdirSync(project);
  mkdirSync(newcomers);
  writeFileSync(join(project, "server.js"), "// the shop\n");
  writeFileSync(
    join(project, "sistership.yaml"),
    "name: shop\nruntime: node@24\nprocesses:\n  web: { run: node server.js, prot: 3000 }\n",
  );
  vsix = await packExtension();
  env = { ...(await engine()).env, XDG_STATE_HOME: join(home, "state") };
});
after(() => rmSync(home, { recursive: true, force: true }));

const opened = (options: Partial<Parameters<typeof open>[0]> = {}) =>
  open({
    folder: project,
    vsix: [vsix],
    env,
    settings: { "sistership.ssh.configFile": sshConfig },
    ...options,
  });

test("a newcomer sees three views, each with its first button, and checks the machine with one press", async () => {
  await using vscode = await opened({ folder: newcomers });
  await vscode.activity("Sistership");
  for (const [view, button] of [
    ["Environment", "Check This Machine"],
    ["Servers", "Add Server"],
    ["Activity", "Check This Machine"],
  ] as const) {
    await vscode.view(view).locator("a.monaco-button", { hasText: button }).waitFor();
  }
  await vscode.status("Sistership").waitFor();
  await vscode.screenshot("welcome");

  await vscode.view("Environment").locator("a.monaco-button", { hasText: "Check This Machine" }).click();
  await vscode.row("Environment", /^This machine ?ready, checked at/).waitFor();
  await vscode.row("Environment", /^Docker engine ?\d+\.\d+/).waitFor();
  await vscode.row("Activity", /^Check this machine ?done/).waitFor();
  await vscode.screenshot("checked");
  assert.match(readFileSync(join(home, "state/sistership/activity.jsonl"), "utf8"), /"outcome":"done"/);
});

test("a machine without Docker is told so, with the way to mend it and the command that shows it", async () => {
  const settings = { "sistership.docker.host": `unix://${home}/none.sock` };
  await using vscode = await opened({ settings });
  await vscode.command("Sistership: Check This Machine");
  await vscode.activity("Sistership");
  const engineRow = /^Docker engine ?No Docker engine was found at .*none\.sock/;
  await vscode.row("Environment", engineRow).waitFor();
  await vscode.status("Sistership: 1 problem").waitFor();
  await vscode.screenshot("no-docker");

  await vscode.rowAction("Environment", engineRow, "Copy Command");
  await vscode.status("Copied: docker info").waitFor();
  assert.equal(await vscode.page.evaluate("navigator.clipboard.readText()"), "docker info");

  await vscode.rowAction("Environment", engineRow, "Fix…");
  await vscode.dialogButton("Open").waitFor(); // VS Code asks before it leaves for a web page
  await vscode.screenshot("fix");
});

test("a project is set up: proposed from its files, explained line by line, written by the user's own save", async () => {
  const folder = join(home, "express-tasks");
  cpSync(join(import.meta.dirname, "../apps/express-tasks"), folder, { recursive: true });
  const file = join(folder, "sistership.yaml");
  await using vscode = await opened({ folder });
  await vscode.activity("Sistership");
  await vscode.welcomeButton("Set Up This Project").click();
  await vscode.text("runtime: node@22").waitFor();
  await vscode.page.locator(".codelens-decoration", { hasText: "Node 22 because .nvmrc says 22" }).waitFor();
  await vscode.row("Activity", /^Look at the project ?\d+ facts/).waitFor();
  await vscode.screenshot("set-up");
  assert.equal(existsSync(file), false, "nothing is written before the user saves");

  await vscode.page.keyboard.press("Control+S");
  await vscode.page
    .locator('.tab.dirty[data-resource-name="sistership.yaml"]')
    .waitFor({ state: "detached" });
  assert.match(readFileSync(file, "utf8"), /^runtime: node@22$/m);
  await vscode.welcomeButton("Set Up This Project").waitFor({ state: "detached" });

  // its files are offered, made all together, and not written over when they were changed by hand
  const offer = vscode.notification("do not follow sistership.yaml yet");
  await offer.locator(".monaco-button", { hasText: "Generate files" }).click();
  await vscode.row("Activity", /^Dev container, Compose file and Dockerfile/).waitFor();
  const dockerfile = join(folder, ".sistership/Dockerfile");
  assert.match(readFileSync(dockerfile, "utf8"), /^FROM node:22/m);
  assert.ok(existsSync(join(folder, ".devcontainer/devcontainer.json")));
  writeFileSync(dockerfile, readFileSync(dockerfile, "utf8").replace("USER app", "USER root"));
  await vscode.command("Sistership: Generate Files");
  await vscode.notification(".sistership/Dockerfile was changed by hand").waitFor();
  await vscode.screenshot("changed-by-hand");
  await vscode.notification("changed by hand").locator(".monaco-button", { hasText: "Keep mine" }).click();
  assert.match(readFileSync(dockerfile, "utf8"), /USER root/);

  // what the repository says changes, and what the user wrote is not lost
  writeFileSync(join(folder, ".nvmrc"), "24\n");
  writeFileSync(file, readFileSync(file, "utf8").replace("name: express-tasks", "name: my-tasks # mine"));
  await vscode.command("Sistership: Set Up This Project");
  const question = vscode.notification("sistership.yaml exists already");
  await question.waitFor();
  await vscode.screenshot("set-up-again");
  await question.locator(".monaco-button", { hasText: "Keep mine" }).click();
  assert.match(readFileSync(file, "utf8"), /my-tasks # mine[\s\S]*node@22/);
});

test("of many applications, those that are meant are picked", async () => {
  const folder = join(home, "many");
  const names = ["admin", "api", "billing", "desk", "mailer", "shop"];
  for (const name of names) {
    mkdirSync(join(folder, "apps", name), { recursive: true });
    const manifest = { name, dependencies: { express: "5.1.0" }, scripts: { start: "node server.js" } };
    writeFileSync(join(folder, "apps", name, "package.json"), JSON.stringify(manifest));
    writeFileSync(
      join(folder, "apps", name, "server.js"),
      'require("express")().listen(process.env.PORT || 3000, "0.0.0.0");\n',
    );
  }
  await using vscode = await opened({ folder });
  await vscode.activity("Sistership");
  await vscode.welcomeButton("Set Up This Project").click();
  await vscode.pick(/^billing/).waitFor();
  await vscode.screenshot("which-applications");
  for (const name of ["admin", "desk", "mailer"]) await vscode.pick(new RegExp(`^${name}`)).click();
  await vscode.page.locator(".quick-input-action .monaco-button", { hasText: "OK" }).click();
  await vscode.text("processes:").waitFor();
  await vscode.screenshot("applications-picked");
  for (const name of ["api", "billing", "shop"]) await vscode.text(`  ${name}:`).first().waitFor();
  assert.equal(await vscode.text("  desk:").count(), 0);
});

test("a folder that says nothing of itself is told so, with a way on", async () => {
  const folder = join(home, "empty");
  mkdirSync(folder);
  await using vscode = await opened({ folder });
  await vscode.command("Sistership: Set Up This Project");
  await vscode.notification("says what it is made of: open the folder that holds package.json").waitFor();
});

test("a server that is not there is said so, in its row and in the log", async () => {
  const servers = { nowhere: { address: "nobody@127.0.0.1:1", region: "eu" } };
  await using vscode = await opened({ settings: { "sistership.servers": servers } });
  await vscode.activity("Sistership");
  await vscode.row("Servers", /^nowhere ?not looked at yet/).waitFor();
  await vscode.rowAction("Servers", "nowhere", "Check Server");
  const sentence = "nowhere could not be reached over SSH: it refused the connection.";
  await vscode.notification(sentence).waitFor();
  await vscode.row("Servers", /^nowhere ?could not be reached over SSH: it refused the connection/).waitFor();
  await vscode.screenshot("unreachable");
  await vscode.notification(sentence).locator(".monaco-button", { hasText: "Show log" }).click();
  await vscode.page.locator(".part.panel", { hasText: "it refused the connection" }).waitFor();
});

test("hosts of the SSH configuration are offered as soon as it is saved; one that is not reached is not added", async () => {
  await using vscode = await opened();
  await vscode.activity("Sistership");
  await vscode.view("Servers").locator("a", { hasText: "SSH configuration" }).click();
  await vscode.page.locator('.tab[data-resource-name="ssh_config"]').waitFor();
  await vscode.page.keyboard.type("Host nowhere\n  HostName 127.0.0.1\nPort 1\n");
  await vscode.page.keyboard.press("Control+S");
  await vscode.page.locator('.tab.dirty[data-resource-name="ssh_config"]').waitFor({ state: "detached" });
  await vscode.welcomeButton("Add Server").click();
  await vscode.pick(/^nowhere/).click();
  await vscode.notification("nowhere could not be reached over SSH: it refused the connection.").waitFor();
  await vscode.welcomeButton("Add Server").waitFor();
});

describe("a profile is written with help", () => {
  let vscode: Workbench;
  before(async () => {
    vscode = await opened();
    await vscode.openFile("sistership.yaml");
  });
  after(() => vscode[Symbol.asyncDispose]());

  test("a misspelt key is underlined, explained, and mended by a quick fix", async () => {
    await vscode.page.locator(".squiggly-error").waitFor();
    await vscode.page
      .locator(".view-line span", { hasText: /^prot$/ })
      .last()
      .click();
    const fix = vscode.page.locator(".action-widget .monaco-list-row", { hasText: "port" }).first();
    // pressed before the fixes are there, it says that there are none, and stays shut
    for (let tries = 0; tries < 10 && !(await fix.isVisible()); tries++) {
      await vscode.page.keyboard.press("Control+.");
      await fix.waitFor({ timeout: 3000 }).catch(() => {});
    }
    await fix.click();
    await vscode.text("port: 3000").waitFor();
    await vscode.page.locator(".squiggly-error").waitFor({ state: "detached" });
  });

  test("keys are completed with what they mean, and explained on hover", async () => {
    await vscode.page.locator(".view-line span", { hasText: "processes" }).last().hover();
    await vscode.page.locator(".monaco-hover", { hasText: "process" }).waitFor();
    await vscode.page.keyboard.press("Control+End");
    await vscode.page.keyboard.type("serv");
    await vscode.page.keyboard.press("Control+Space");
    await vscode.page.locator(".suggest-widget .monaco-list-row", { hasText: "services" }).waitFor();
    await vscode.screenshot("completion");
    await vscode.page.keyboard.press("Enter");
    await vscode.text("services:").waitFor();
  });
});

test("a folder that is not trusted is looked at, and nothing is run", async () => {
  await using vscode = await opened({
    trust: false,
    settings: { "security.workspace.trust.startupPrompt": "never" },
  });
  await vscode.activity("Sistership");
  await vscode
    .view("Environment")
    .locator("a.monaco-button", { hasText: "Manage Workspace Trust" })
    .waitFor();
  await vscode.screenshot("untrusted");
  await vscode.page.keyboard.press("F1");
  const input = vscode.page.locator(".quick-input-widget input").first();
  await input.fill(">Sistership: ");
  await vscode.pick("Sistership: Show Log").waitFor();
  assert.equal(await vscode.pick("Check This Machine").count(), 0);
});

test("the walkthrough shows its steps and pictures", async () => {
  await using vscode = await opened({ size: { width: 1600, height: 900 } });
  await vscode.command("Sistership: Open Walkthrough");
  const steps = vscode.page.locator(".getting-started-step");
  await steps.filter({ hasText: "Check this machine" }).waitFor();
  await vscode.page.locator(".getting-started-media iframe.webview.ready").waitFor();
  await vscode.screenshot("walkthrough");
  for (const step of ["Meet your servers", "See what was done, and why"])
    await steps.filter({ hasText: step }).waitFor();
});

for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
  test(`everything is readable in the ${theme} theme`, async () => {
    await using vscode = await opened({ theme, settings: { "sistership.docker.host": "" } });
    await vscode.activity("Sistership");
    await vscode.command("Sistership: Check This Machine");
    await vscode.row("Environment", "Docker engine").waitFor();
    await vscode.openFile("sistership.yaml");
    const picture = await vscode.screenshot(`theme-${theme}`);
    assert.ok(picture.length > 20_000, "a picture of that size is not blank");
    // contrast of what people read: 4.5 : 1 is WCAG's AA
    for (const text of ["Environment", "Servers", "Activity"]) {
      assert.ok(
        (await contrastOf(vscode, `.pane-header .title >> text=${text}`)) >= 4.5,
        `${text} in ${theme}`,
      );
    }
    assert.ok(
      (await contrastOf(vscode, ".monaco-list-row .label-name >> text=Docker engine >> nth=0")) >= 4.5,
    );
  });
}

/** The contrast of a text against the first opaque background behind it. */
async function contrastOf(vscode: Workbench, selector: string): Promise<number> {
  return vscode.page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
      const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
        const [x = 0, y = 0, z = 0] = [r, g, b].map((c) =>
          c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
      };
      const style = (node: unknown) =>
        (
          globalThis as unknown as {
            getComputedStyle(e: unknown): { color: string; backgroundColor: string };
          }
        ).getComputedStyle(node);
      let behind: { parentElement: unknown } | null = element as unknown as { parentElement: unknown };
      let background = [255, 255, 255];
      while (behind) {
        const [r = 0, g = 0, b = 0, a = 1] = parse(style(behind).backgroundColor);
        if (a === 1) {
          background = [r, g, b];
          break;
        }
        behind = behind.parentElement as { parentElement: unknown } | null;
      }
      const [light = 0, dark = 0] = [luminance(parse(style(element).color)), luminance(background)].sort(
        (x, y) => y - x,
      );
      return (light + 0.05) / (dark + 0.05);
    });
}
