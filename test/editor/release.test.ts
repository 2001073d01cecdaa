// From the rehearsal to production, as a user with a mouse does it: first deploys, a change, a failure, the way back.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { run } from "../../src/engine/process/index.ts";
import { takeLock } from "../../src/engine/release/state/lock.ts";
import { memoryOn } from "../../src/engine/release/state/remote.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open, themes, type Workbench } from "../rig/editor/workbench.ts";
import { cloneSample, prepareImages } from "../rig/project.ts";
import { type Group, group } from "../rig/release/group.ts";
import { traffic } from "../rig/release/traffic.ts";

const specs = [
  { software: "docker", name: "fra1" },
  { software: "docker", name: "fra2" },
] as const;
const secret = "sk-typed-once-7f3a";
const minutes = 60_000;

describe("releases in the editor", { timeout: 30 * minutes }, () => {
  const home = mkdtempSync(join(tmpdir(), "sistership-releases-"));
  const folder = join(home, "notes");
  const file = (path: string) => join(folder, path);
  let rig: Engine;
  let servers: Group<typeof specs>;
  let vscode: Workbench;

  before(async () => {
    rig = await engine();
    await prepareImages(
      ["caddy:2", "python:3.13-slim", "python:3.13", "pgvector/pgvector:pg17", "redis:8"],
      rig,
    );
    servers = await group(specs, { engine: rig, home });
    mkdirSync(folder);
    await cloneSample("fastapi-notes", folder, "notes");
    // what never is well is given up soon
    edit("sistership.yaml", "health: /healthz", "health: { path: /healthz, start: 15s }");
    writeFileSync(
      file("sistership.yaml"),
      `${readFileSync(file("sistership.yaml"), "utf8").trimEnd()}
stages:
  staging: { servers: [fra1], domain: staging.notes.test, tls: internal, watch: 5s }
  production: { servers: [fra1, fra2], domain: notes.test, tls: internal, replicas: 2, watch: 5s }
`,
    );
    await git("init", "--quiet", "--initial-branch", "main");
    await committed("Notes");
    const env = { ...rig.env, XDG_STATE_HOME: join(home, "state"), XDG_CACHE_HOME: join(home, "cache") };
    vscode = await open({
      ...{ folder, env, vsix: [await packExtension()] },
      settings: {
        "sistership.ssh.configFile": servers.sshConfig,
        "sistership.servers": { fra1: { address: "fra1" }, fra2: { address: "fra2" } },
      },
      size: { width: 1500, height: 1000 },
    });
    await vscode.activity("Sistership");
  });
  after(async () => {
    await vscode?.[Symbol.asyncDispose]();
    await servers?.[Symbol.asyncDispose]();
    const { stdout } = await run({ program: "docker", args: ["images", "-q", "notes-web"], env: rig.env });
    const images = [...new Set(stdout.split("\n").filter(Boolean))];
    if (images.length > 0)
      await run({ program: "docker", args: ["rmi", "--force", ...images], env: rig.env });
    rmSync(home, { recursive: true, force: true });
  });

  /** Somebody else is at it on staging. */
  const lockedBy = async (owner: string) => {
    const { signal } = new AbortController();
    const link = await servers.pool.link({ name: "fra1", address: "fra1" }, signal);
    const memory = memoryOn(link, { app: "notes", stage: "staging" });
    return takeLock(memory, { owner, doing: "deploy", signal, now: () => new Date() });
  };
  const git = (...args: string[]) =>
    run({
      program: "git",
      args: ["-c", "user.name=ann", "-c", "user.email=ann@here", ...args],
      cwd: folder,
    });
  const committed = async (message: string) => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message", message);
  };
  const edit = (path: string, from: string | RegExp, to: string) =>
    writeFileSync(file(path), readFileSync(file(path), "utf8").replace(from, to));
  const says = (text: string | RegExp) => vscode.webview().locator(".now .says", { hasText: text });
  const button = (text: string | RegExp) => vscode.webview().locator("sistership-button", { hasText: text });
  const step = (text: string | RegExp, state: string) =>
    vscode.webview().locator(`.steps > li.${state}`, { hasText: text });
  const change = (text: string | RegExp) => vscode.webview().locator(".changes tr", { hasText: text });
  const proofs = () =>
    vscode.webview().locator(".runs tbody tr", { hasText: "is the image that was built here" });

  test("two clicks from the side bar: the plan is read, the secret typed, and the first release is live over HTTPS", {
    timeout: 8 * minutes,
  }, async () => {
    const [fra1] = servers.servers;
    await vscode.row("Servers", /^staging ?not looked at yet/).waitFor();
    await vscode.screenshot("release-before");
    await vscode.rowAction("Servers", /^staging/, "Deploy…");
    await says("Release 1 would be the first on staging. Nothing has been changed yet.").waitFor({
      timeout: 4 * minutes,
    });
    await change(/Domain ?staging\.notes\.test/).waitFor();
    await change(/OPENAI_API_KEY ?secret, version 1/)
      .first()
      .waitFor();
    await vscode.webview().locator(".risks li", { hasText: "This is the first release" }).waitFor();
    const sending = (image: string) => vscode.webview().locator(".sendings li", { hasText: image });
    await sending("notes-web:").filter({ hasText: "will be sent" }).waitFor();
    for (const image of ["pgvector/pgvector:pg17", "redis:8"])
      await sending(image).filter({ hasText: "it is fetched there" }).waitFor();
    await vscode.screenshot("release-plan");

    await committed("Files that follow from it");

    await button(/^\s*Deploy\s*$/).click();
    const typed = vscode.page.locator(".quick-input-widget input[type=password]");
    await typed.waitFor();
    await vscode.screenshot("release-secret");
    await typed.fill(secret);
    await vscode.page.keyboard.press("Enter");
    await step(/^.?Ship notes-web/, "running").waitFor({ timeout: 2 * minutes });
    await vscode.screenshot("release-shipping");
    await step(/Roll /, "running").waitFor({ timeout: 4 * minutes });
    await vscode.screenshot("release-rolling");
    await says("Release 1 is live on staging").waitFor({ timeout: 2 * minutes });
    await vscode.webview().locator("sistership-link", { hasText: "https://staging.notes.test" }).waitFor();
    // one replica of web and one of worker: what runs is what was built and rehearsed here
    await proofs().nth(1).waitFor();
    await vscode.screenshot("release-live");
    assert.match(await asked(fra1.address, "staging.notes.test", "/"), /<h1>Notes/);
    assert.match(await asked(fra1.address, "staging.notes.test", "/healthz"), /"ok":true/);
    await vscode.row("Servers", /^staging ?release 1 · 2 well · same image/).waitFor();
    await vscode.row("Servers", /^web ?1 of 1 well/).waitFor();
    await vscode.status("staging: release 1, of this commit").waitFor();
    await vscode.row("Activity", /^notes on staging ?release 1 is live/).waitFor();
    assert.doesNotMatch(readFileSync(join(home, "state/sistership/activity.jsonl"), "utf8"), /sk-typed/);
  });

  test("each step says why, and the command that does the same", { timeout: minutes }, async () => {
    const rolled = step(/Roll /, "done");
    await rolled.locator("sistership-button", { hasText: "Why?" }).click();
    await rolled.locator(".why", { hasText: "A new replica starts beside the old one" }).waitFor();
    await rolled.locator("sistership-button", { hasText: "Copy" }).click();
    // the panel asks the editor, which copies in its own time
    const copied = () => vscode.page.evaluate<string>("navigator.clipboard.readText()");
    for (let tries = 0; tries < 50 && (await copied()) === ""; tries++) await wait(100);
    assert.match(await copied(), /^docker service update/);
    await vscode.screenshot("release-why");
  });

  test("production stands beside it, on two servers, and is called by its name", {
    timeout: 8 * minutes,
  }, async () => {
    await vscode.rowAction("Servers", /^production/, "Deploy…");
    await says("People use production: read what will change").waitFor({ timeout: 2 * minutes });
    await vscode.screenshot("release-production-plan");
    await button("Deploy to production").click();
    const typed = vscode.page.locator(".quick-input-widget input[type=password]");
    await typed.fill(secret);
    await vscode.page.keyboard.press("Enter");
    await says("Release 1 is live on production").waitFor({ timeout: 6 * minutes });
    await proofs().nth(2).waitFor();
    await vscode.screenshot("release-production-live");
    for (const { address } of servers.servers)
      assert.match(await asked(address, "notes.test", "/"), /<h1>Notes/);
    assert.match(await asked(servers.servers[0].address, "staging.notes.test", "/"), /<h1>Notes/);
    await vscode
      .row("Servers", /^production ?release 1 · /)
      .first()
      .waitFor();
  });

  test("a change goes live while the panel is closed, is there when it is opened again, and no visitor notices", {
    timeout: 6 * minutes,
  }, async () => {
    edit("app/main.py", "<h1>Notes</h1>", "<h1>Notes, changed</h1>");
    // the roll takes longer than it takes to close a panel and open it again, however slow that is
    edit("app/main.py", /^/, "import time\n\ntime.sleep(8)\n");
    await committed("Change the heading");
    await button("Look Again").click();
    await says("Release 2 would take the place of release 1").waitFor({ timeout: 2 * minutes });
    await change(/Image ?web/).waitFor();
    assert.equal(await vscode.webview().locator(".changes tr").count(), 1);
    await vscode.screenshot("release-change-plan");
    const visitors = traffic({
      ...{ address: servers.servers[1].address, host: "notes.test", connections: 2 },
      asks: [{ path: "/" }],
      tell: (body) => /<h1>([^<]*)/.exec(body)?.[1],
    });
    try {
      await button("Deploy to production").click();
      await says("Closing this panel does not stop it").waitFor();
      await vscode.command("View: Close Editor");
      await vscode.page.locator(".tab", { hasText: "Deploy notes" }).waitFor({ state: "detached" });
      await vscode.command("Sistership: Deploy…");
      await step(/Roll /, "running")
        .waitFor({ timeout: 3 * minutes })
        .catch(async (thrown: Error) => {
          const shown = await vscode.webview().locator("body").textContent();
          throw new Error(`${thrown.message}\nthe panel shows: ${shown}`);
        });
      await vscode.webview().locator(".replicas .version.old").first().waitFor();
      await vscode.webview().locator(".replicas .version.new").first().waitFor();
      await vscode
        .webview()
        .locator(".traffic", { hasText: /[1-9]\d* ?requests a second, ?0 ?errors/ })
        .waitFor();
      await vscode.screenshot("release-change-rolling");
      await says("Release 2 is live on production").waitFor({ timeout: 2 * minutes });
    } finally {
      await visitors.stop();
    }
    const { failed, answers } = await visitors.stop();
    assert.deepEqual([failed, Object.keys(answers)], [[], ["Notes", "Notes, changed"]]);
    await vscode.screenshot("release-changed");
    for (const { address } of servers.servers)
      assert.match(await asked(address, "notes.test", "/"), /<h1>Notes, changed/);
    await vscode.status("production: release 2, of this commit").waitFor();
  });

  test("a version that never is well is taken back, and says why in its own last lines", {
    timeout: 6 * minutes,
  }, async () => {
    edit("app/main.py", 'return {"ok": True}', 'raise HTTPException(503, "the tide is out")');
    await button("Look Again").click();
    await button("Deploy to production").click({ timeout: 2 * minutes });
    await says(
      /did not hold on notes-production: it runs, but does not become healthy.*Release 2 goes on/,
    ).waitFor({ timeout: 5 * minutes });
    await vscode.webview().locator(".lines", { hasText: "GET /healthz" }).waitFor();
    await vscode.screenshot("release-failed");
    assert.match(await asked(servers.servers[0].address, "notes.test", "/"), /<h1>Notes, changed/);
    await vscode.row("Activity", /^notes on production/).click();
    await vscode.row("Activity", /^Deploy ?release 3, did not hold, and was taken back/).waitFor();
    await git("checkout", "--quiet", "app/main.py");
  });

  test("the way back is one press and a choice", { timeout: 4 * minutes }, async () => {
    await button("Roll Back…").click();
    await vscode.pick("Release 1").waitFor();
    await vscode.screenshot("release-roll-back");
    await vscode.pick("Release 1").click();
    await says("Release 1 is live on production again").waitFor({ timeout: 3 * minutes });
    await vscode.screenshot("release-rolled-back");
    assert.match(await asked(servers.servers[0].address, "notes.test", "/"), /<h1>Notes</);
    await vscode.status("production: release 1, 1 commit behind").waitFor();
  });

  test("whoever comes while somebody else is at it is told so, waits, and goes on by themselves", {
    timeout: 3 * minutes,
  }, async () => {
    const held = await lockedBy("bob@ci");
    try {
      await vscode.rowAction("Servers", /^staging/, "Deploy…");
      await button(/^\s*Deploy\s*$/).click({ timeout: 2 * minutes });
      await says(/^bob@ci is at it on staging/).waitFor({ timeout: minutes });
      await vscode.screenshot("release-locked");
      await button("Wait").click();
      await says("Waiting until they are done").waitFor();
    } finally {
      await held[Symbol.asyncDispose]();
    }
    await says("Release 2 would take the place of release 1 on staging").waitFor({ timeout: 2 * minutes });
  });

  test("a lock whose holder is gone is broken by a name and a press; what is begun then can be cancelled", {
    timeout: 6 * minutes,
  }, async () => {
    await using _held = await lockedBy("carol@gone");
    await button(/^\s*Deploy\s*$/).click({ timeout: 2 * minutes });
    await says(/^carol@gone is at it on staging/).waitFor({ timeout: minutes });
    await button("Break the Lock…").click();
    await vscode.page.locator(".monaco-dialog-box", { hasText: "Break the lock of carol@gone?" }).waitFor();
    await vscode.screenshot("release-break-lock");
    await vscode.dialogButton("Break the Lock").click();
    await says("Release 2 would take the place of release 1 on staging").waitFor({ timeout: 2 * minutes });

    await button(/^\s*Deploy\s*$/).click();
    await step(/Roll /, "running").waitFor({ timeout: 3 * minutes });
    await button(/^\s*Cancel\s*$/).click();
    await says("It was cancelled, and what it had begun was taken back").waitFor({ timeout: 3 * minutes });
    await vscode.screenshot("release-cancelled");
    assert.match(await asked(servers.servers[0].address, "staging.notes.test", "/"), /<h1>Notes</);
    await vscode.row("Servers", /^staging ?release 1 · 2 well/).waitFor();
  });

  test("a process is scaled and restarted, a stage stopped and brought back, and destroyed by its name alone", {
    timeout: 8 * minutes,
  }, async () => {
    const [{ address }] = servers.servers;
    const web = /^web ?\d of \d well/;
    const answer = () => asked(address, "staging.notes.test", "/");
    const box = vscode.page.locator(".quick-input-widget input").first();
    const type = async (text: string) => {
      await box.waitFor();
      await box.fill(text);
      await vscode.page.keyboard.press("Enter");
    };
    await vscode.rowAction("Servers", web, "Scale…");
    await type("2");
    await vscode.row("Servers", /^web ?2 of 2 well$/).waitFor({ timeout: 2 * minutes });
    await vscode.row("Servers", /^staging ?release 1 · 3 well/).waitFor();
    await vscode.screenshot("release-scaled");
    await vscode.row("Activity", /^Scale web on staging to 2 ?done/).waitFor();
    await vscode.rowAction("Servers", web, "Restart on the Servers");
    await vscode.row("Activity", /^Restart web on staging ?done/).waitFor({ timeout: 2 * minutes });
    await vscode.row("Servers", /^web ?2 of 2 well$/).waitFor({ timeout: minutes });
    assert.match(await answer(), /<h1>Notes</);

    const menu = (item: string) => vscode.menu("Servers", /^staging/, item);
    await menu("Stop on the Servers…");
    await vscode.dialogButton("Stop").click();
    await vscode.row("Servers", /^staging ?release 1 · stopped/).waitFor({ timeout: 2 * minutes });
    await vscode.screenshot("release-stopped");
    await menu("Start Again on the Servers");
    await vscode.row("Servers", /^staging ?release 1 · 2 well/).waitFor({ timeout: 3 * minutes });
    assert.match(await answer(), /<h1>Notes</);

    await menu("Destroy Stage…");
    await type("notes-production");
    await vscode.page.locator(".quick-input-widget", { hasText: "Type notes-staging to go on." }).waitFor();
    await vscode.screenshot("release-destroy");
    await type("notes-staging");
    await vscode.row("Servers", /^staging ?nothing runs/).waitFor({ timeout: 3 * minutes });
    await assert.rejects(answer(), "the edge has no certificate for that name any more");
    assert.match(await asked(address, "notes.test", "/"), /<h1>Notes</);
  });

  test("all of it is readable in every theme", { timeout: 2 * minutes }, async () => {
    for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
      await vscode.theme(theme);
      await vscode.screenshot(`release-theme-${theme}`);
    }
  });
});

/** What a site answers at a server, whatever its domain's address is. */
function asked(address: string, host: string, path: string): Promise<string> {
  return new Promise((done, failed) => {
    const options = { host: address, servername: host, path, headers: { Host: host } };
    const asking = request({ ...options, rejectUnauthorized: false, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => done(text));
      answer.on("error", failed);
    });
    asking.on("error", failed);
    asking.end();
  });
}
