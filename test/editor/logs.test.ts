// The log view in a real VS Code, with a real Compose project that prints.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { FrameLocator, Locator } from "playwright-core";
import { run } from "../../src/engine/process/index.ts";
import { tiny } from "../rig/checkout.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open, themes, type Workbench } from "../rig/editor/workbench.ts";
import { type Printing, printing } from "../rig/printing.ts";
import { server } from "../rig/servers/servers.ts";

const timeout = 240_000;
let project: Printing;
let vsix: string;

before(
  async () => {
    vsix = await packExtension();
    project = await printing({
      web: {
        prints: [
          'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "INFO: request $i served"; done; touch /app/served',
          "printf '\\033[32mready\\033[0m and \\033[1;31mloud\\033[0m\\n'",
          "echo 'TypeError: no such task'; echo '    at find (/app/src/tasks.js:3:5)'",
          'n=0; while true; do while [ ! -e /app/go ]; do sleep 0.1; done; rm /app/go; n=$((n+1)); echo "INFO: fresh $n"; done',
        ].join("; "),
      },
      // after the other, whichever is started first
      worker: {
        prints: [
          "while [ ! -e /app/served ]; do sleep 0.1; done",
          'echo \'{"level":"warn","msg":"queue is long"}\'; sleep 0.1; echo done; exit 3',
        ].join("; "),
      },
    });
    mkdirSync(join(project.here.folder, "src"));
    writeFileSync(join(project.here.folder, "src/tasks.js"), "// tasks\n\n    throw new TypeError();\n");
  },
  { timeout },
);
after(() => project?.[Symbol.asyncDispose]());

const opened = (options: Partial<Parameters<typeof open>[0]> = {}) =>
  open({ folder: project.here.folder, vsix: [vsix], env: project.env, ...options });

async function logs(
  vscode: Workbench,
): Promise<{ page: FrameLocator; line: (text: string | RegExp) => Locator }> {
  await vscode.command("Sistership: Show Logs");
  const page = vscode.page.frameLocator(".webview.ready").frameLocator("#active-frame");
  await page.locator(".list").waitFor();
  return { page, line: (text) => page.locator(".row", { hasText: text }) };
}

test("where nothing runs, the view says so, and offers to start", { timeout }, async () => {
  await using vscode = await opened();
  const { page } = await logs(vscode);
  await page.locator(".empty", { hasText: "Nothing runs in this environment." }).waitFor();
  await page.locator(".empty sistership-button", { hasText: "Open in Environment" }).waitFor();
  await vscode.screenshot("logs-empty");
});

test("processes are read together, filtered, searched, followed, and lead to the source", {
  timeout,
}, async () => {
  await project.compose("up", "--detach");
  await using vscode = await opened({ size: { width: 1500, height: 900 } });
  const { page, line } = await logs(vscode);
  const status = page.locator(".status");
  await status.filter({ hasText: "305 lines" }).waitFor();
  await line("no such task").waitFor();
  await page.locator(".chip", { hasText: "worker ended (3)" }).waitFor();
  assert.equal(await page.locator(".row .fg2", { hasText: "ready" }).count(), 1);
  await vscode.screenshot("logs-all");

  // by process, and by level
  await page.locator(".chip", { hasText: "worker" }).click();
  await status.filter({ hasText: /^2 lines/ }).waitFor();
  await page.locator(".chip", { hasText: "worker" }).click();
  await page.locator("sistership-dropdown").click();
  await page.locator("sistership-option", { hasText: "Errors only" }).click();
  await status.filter({ hasText: /^2 lines/ }).waitFor();
  await line("tasks.js:3:5").waitFor();
  await page.locator("sistership-dropdown").click();
  await page.locator("sistership-option", { hasText: "All levels" }).click();
  await status.filter({ hasText: "305 lines" }).waitFor();

  // by words, and by an expression; one that is wrong is said in place
  const filter = page.locator('sistership-text-field[aria-label="Filter"] input');
  await filter.fill("request 29");
  await status.filter({ hasText: /^11 lines/ }).waitFor();
  await page.getByRole("button", { name: "Filter: regular expression" }).click();
  await filter.fill("request (1|2)$|request 3\\d ");
  await status.filter({ hasText: /^10 lines/ }).waitFor();
  await filter.fill("request (");
  await page.locator(".problem", { hasText: "Not a regular expression" }).waitFor();
  await vscode.screenshot("logs-wrong-expression");
  await filter.press("Escape");
  await status.filter({ hasText: "305 lines" }).waitFor();

  // found, one after the other, round and round
  const search = page.locator('sistership-text-field[aria-label="Search"] input');
  await search.fill("request 30");
  const count = page.locator(".count");
  await count.filter({ hasText: "2 matches" }).waitFor();
  for (const expected of ["2 of 2", "1 of 2"]) {
    await search.press("Enter");
    await count.filter({ hasText: expected }).waitFor();
  }
  await page.locator(".row.active .hit", { hasText: "request 30" }).waitFor();
  await vscode.screenshot("logs-search");

  // paused by the search: new lines do not move what is looked at; followed again, they show
  const go = () => writeFileSync(join(project.here.folder, "go"), "");
  go();
  await status.filter({ hasText: "306 lines" }).waitFor();
  assert.equal(await line("fresh 1").count(), 0);
  await page.getByRole("button", { name: /^Follow/ }).click();
  await line("fresh 1").waitFor();
  go();
  await line("fresh 2").waitFor();
  await page.getByRole("button", { name: /^Pause/ }).waitFor();

  // by keyboard alone: to the first line, copied
  await line("fresh 2").click();
  await line("fresh 2").and(page.locator(".active")).waitFor();
  const firstLine = line("request 1 served").and(page.locator(".active"));
  // the frame that has just been clicked may lose the first key to the workbench around it
  for (let tries = 0; tries < 5 && !(await firstLine.isVisible()); tries++) {
    await page.locator(".list").press("Home");
    await firstLine.waitFor({ timeout: 3000 }).catch(() => {});
  }
  await firstLine.waitFor();
  await vscode.page.keyboard.press("Shift+ArrowDown");
  await vscode.page.keyboard.press("Control+C");
  await vscode.status("Copied 2 lines").waitFor();
  const copied = await vscode.page.evaluate("navigator.clipboard.readText()");
  assert.match(String(copied), /web \| INFO: request 1 served\n.*web \| INFO: request 2 served\n$/);

  // saved as a file
  await page.getByRole("button", { name: /^Save/ }).click();
  await vscode.page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
  await vscode.status(/^Saved .*\.log/).waitFor();
  const saved = readFileSync(
    join(project.here.folder, `${project.here.folder.split("/").at(-1)}.log`),
    "utf8",
  );
  assert.equal(saved.trim().split("\n").length, 307);

  // hidden and shown again: the words that were searched are still there
  await vscode.command("View: Toggle Panel Visibility");
  await page.locator(".list").waitFor({ state: "detached" });
  const again = await logs(vscode);
  await again.page.locator(".count", { hasText: /2 matches/ }).waitFor();
  assert.equal(
    await again.page.locator('sistership-text-field[aria-label="Search"] input').inputValue(),
    "request 30",
  );

  // a place in the source
  await again.line("tasks.js:3:5").locator(".place").click();
  await vscode.page.locator('.tab.active[data-resource-name="tasks.js"]').waitFor();
  await vscode.status("Ln 3, Col 5").waitFor();
  await vscode.screenshot("logs-place");

  // the window is loaded again
  await vscode.page.reload();
  await vscode.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
  const reloaded = await logs(vscode);
  const shown = reloaded.page.locator(".status");
  await shown
    .filter({ hasText: "307 lines" })
    .waitFor({ timeout: 60_000 })
    .catch(async () => assert.equal(await shown.textContent(), "307 lines"));
});

for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
  test(`the lines are readable in the ${theme} theme`, { timeout }, async () => {
    await using vscode = await opened({ theme, size: { width: 1500, height: 900 } });
    const { line } = await logs(vscode);
    await line("no such task").waitFor();
    const picture = await vscode.screenshot(`logs-${theme}`);
    assert.ok(picture.length > 20_000, "a picture of that size is not blank");
  });
}

test("a stage is read from its server, each line with its replica and its server", { timeout }, async () => {
  await using box = await server({ software: "docker", name: "fra1" }, { engine: project.rig });
  const load = `docker save debian:12 | docker exec --interactive ${box.container} docker load`;
  await run({ program: "bash", args: ["-e", "-o", "pipefail", "-c", load], env: project.env });
  const folder = join(project.here.folder, "shop");
  mkdirSync(folder);
  const more = "stages: { production: { servers: [fra1] } }\n";
  for (const [file, text] of Object.entries(tiny({ name: "shop", more })))
    writeFileSync(join(folder, file), text);
  // as Swarm labels the second replica of a service
  const labels = {
    ...{ "sistership.app": "shop", "sistership.stage": "production", "sistership.process": "web" },
    "com.docker.swarm.service.name": "shop-production-web",
    "com.docker.swarm.task.name": "shop-production-web.2.x1y2z3",
  };
  const told = Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const prints = ["sh", "-c", "echo served a visitor; exec sleep 1000"];
  await box.inside(["docker", "run", "--detach", ...told, "debian:12", ...prints]);
  await using vscode = await opened({
    folder,
    settings: { "sistership.ssh.configFile": box.sshConfig },
    size: { width: 1360, height: 900 },
  });
  try {
    await vscode.command("Sistership: Show Logs of Stage");
    const page = vscode.page.frameLocator(".webview.ready").frameLocator("#active-frame");
    const row = page.locator(".row", { hasText: "served a visitor" });
    await row.locator(".which", { hasText: "2 fra1" }).waitFor();
    await page.locator(".chip", { hasText: "web" }).waitFor();
  } finally {
    await vscode.screenshot("logs-stage");
  }
});
