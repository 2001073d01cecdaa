// Servers, as a user with a mouse makes them ready: added, looked at, set up, joined, left alone the second time.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { engine } from "../rig/docker/engine.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open, type Workbench } from "../rig/editor/workbench.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";

const specs = [
  { software: "bare", name: "fra1" },
  { software: "bare", login: "sudo", name: "fra2" },
] as const;

describe("servers in the editor", () => {
  const home = mkdtempSync(join(tmpdir(), "sistership-servers-"));
  const folder = join(home, "shop");
  let fleet: Servers<typeof specs>;
  let vscode: Workbench;

  before(async () => {
    mkdirSync(folder);
    fleet = await servers(specs);
    const env = {
      ...(await engine()).env,
      XDG_STATE_HOME: join(home, "state"),
      XDG_CONFIG_HOME: join(home, "config"),
    };
    vscode = await open({
      folder,
      vsix: [await packExtension()],
      env,
      settings: { "sistership.ssh.configFile": withNewHost(fleet, home) },
      size: { width: 1360, height: 900 },
    });
    await vscode.activity("Sistership");
  });
  after(async () => {
    await vscode?.[Symbol.asyncDispose]();
    await fleet?.[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  const button = (notification: string | RegExp, label: string) =>
    vscode.notification(notification).locator(".monaco-button", { hasText: label });

  test("the first is added from the SSH configuration, and its key is shown before it is trusted", {
    timeout: 120_000,
  }, async () => {
    await vscode.welcomeButton("Add Server").click();
    await vscode.pick(/^fra2/).waitFor();
    await vscode.screenshot("servers-add");
    await vscode.pick(/^fra1/).click();
    await vscode.page.locator(".monaco-dialog-box", { hasText: "SHA256:" }).waitFor();
    await vscode.screenshot("servers-first-contact");
    await vscode.dialogButton("Trust This Key").click();
    await button("fra1 was added: Debian GNU/Linux 13", "Set Up…").waitFor();
    await vscode.row("Servers", /^fra1 ?not set up · .* · no Docker · Debian 13/).waitFor();
    await vscode.row("Servers", /^Ready for releases ?not yet/).waitFor();
    await vscode.screenshot("servers-added");
  });

  test("it is set up by a plan that is read first, and its edge answers", { timeout: 600_000 }, async () => {
    const [fra1] = fleet.servers;
    await button("fra1 was added", "Set Up…").click();
    await vscode.pick("Set up fra1 now").waitFor();
    await vscode.pick("Install Docker").waitFor();
    await vscode.screenshot("servers-plan");
    await vscode.pick("Read it as a page").click();
    await vscode.page.locator(".tab", { hasText: /^(Preview|\[Preview\]) .*Set up fra1/ }).waitFor();
    await vscode.screenshot("servers-plan-page");
    if ((await vscode.pick("Set up fra1 now").count()) === 0)
      await vscode.rowAction("Servers", /^fra1/, "Set Up Server");
    await vscode.pick("Set up fra1 now").click();
    await vscode.row("Activity", /^Install Docker/).waitFor({ timeout: 120_000 });
    await vscode.screenshot("servers-setting-up");
    await vscode.notification("fra1 is ready for releases.").waitFor({ timeout: 400_000 });
    await vscode.row("Servers", /^Ready for releases ?yes/).waitFor();
    await vscode.row("Servers", /^fra1 ?manager · .*Docker \d+/).waitFor();
    await vscode.screenshot("servers-ready");
    const answer = await fetch(`http://${fra1.address}/`, { headers: { host: "nobody.example" } });
    assert.equal(answer.status, 404, "the edge answers, and knows no site yet");
  });

  test("the second time nothing is left to do", { timeout: 120_000 }, async () => {
    await vscode.menu("Servers", /^fra1/, "Set Up Server…");
    await vscode.notification("Nothing is left to do: fra1 is ready for releases.").waitFor();
  });

  test("its edge is renewed, and answers", { timeout: 240_000 }, async () => {
    const [fra1] = fleet.servers;
    await vscode.menu("Servers", /^fra1/, "Renew Edge Proxy");
    await vscode
      .notification("The edge proxy on fra1 runs the newest Caddy that there is for it.")
      .waitFor({ timeout: 180_000 });
    await vscode.row("Activity", /^Renew the edge proxy on fra1 ?done/).waitFor();
    await vscode.screenshot("servers-edge-renewed");
    const answer = await fetch(`http://${fra1.address}/`, { headers: { host: "nobody.example" } });
    assert.equal(answer.status, 404);
    await vscode.view("Servers").hover();
    await vscode.view("Servers").locator('.action-label[aria-label^="Collapse All"]').click();
  });

  test("one is typed, is a sudo user's, and is joined to the first", { timeout: 600_000 }, async () => {
    const [, fra2] = fleet.servers;
    await vscode.view("Servers").hover();
    await vscode.view("Servers").locator('.action-label[aria-label^="Add Server"]').click();
    await vscode.pick(/^fra2/).click();
    await button("fra2 was added", "Set Up…").waitFor();
    await vscode.menu("Servers", /^fra2/, "Join Another Server's Group…");
    await vscode.pick(/^fra1/).click();
    await vscode.pick(/^Worker/).waitFor();
    await vscode.screenshot("servers-join");
    await vscode.pick(/^Worker/).click();
    const password = vscode.page.locator(".quick-input-widget input[type=password]");
    await password.waitFor({ timeout: 60_000 });
    await vscode.screenshot("servers-sudo");
    await password.fill(fra2.sudoPassword ?? "");
    await vscode.page.keyboard.press("Enter");
    await vscode.notification("fra2 is in the group of fra1.").waitFor({ timeout: 400_000 });
    await vscode.row("Servers", /^fra2 ?worker/).waitFor();
    await vscode.screenshot("servers-group");
    await seeEachOther(fleet.servers);
    assert.doesNotMatch(
      readFileSync(join(home, "state/sistership/activity.jsonl"), "utf8"),
      new RegExp(fra2.sudoPassword ?? "-"),
      "the password is in no journal",
    );
  });

  test("a terminal opens through the connection that is there", { timeout: 60_000 }, async () => {
    const [, fra2] = fleet.servers;
    await vscode.rowAction("Servers", /^fra2/, "Open Terminal");
    await vscode.page.locator(".terminal-wrapper .xterm-screen").first().waitFor();
    await vscode.page.keyboard.type("hostname > /tmp/was-here\n");
    await until(async () =>
      (await fra2.inside(["sh", "-c", "cat /tmp/was-here 2>/dev/null || true"])).stdout.includes("fra2"),
    );
    await vscode.screenshot("servers-terminal");
  });

  test("one is removed from the list, and left as it is", { timeout: 60_000 }, async () => {
    await vscode.menu("Servers", /^fra2/, "Remove Server…");
    await vscode.dialogButton("Remove").click();
    await vscode.row("Servers", /^fra2/).waitFor({ state: "detached" });
    assert.match(
      (await fleet.servers[1].inside(["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"])).stdout,
      /active/,
    );
  });
});

/** The configuration of the fleet, by somebody who has never met the first server. */
function withNewHost({ servers: [fra1], sshConfig }: Servers<typeof specs>, home: string): string {
  const known = readFileSync(fra1.knownHosts, "utf8")
    .split("\n")
    .filter((line) => !line.includes(fra1.address));
  const file = join(home, "known_hosts");
  writeFileSync(file, known.join("\n"));
  const config = join(home, "ssh_config");
  const text = readFileSync(sshConfig, "utf8")
    .replaceAll(/UserKnownHostsFile .*/g, `UserKnownHostsFile ${file}`)
    .replaceAll("StrictHostKeyChecking yes", "StrictHostKeyChecking ask");
  writeFileSync(config, text);
  return config;
}

/** A task on each server, on the network that all applications share: each reaches the other by its name. */
async function seeEachOther([manager, worker]: readonly [Server, Server]): Promise<void> {
  const create = [
    "docker",
    "service",
    "create",
    "--detach",
    "--quiet",
    "--no-resolve-image",
    "--mode",
    "global",
  ];
  const task = [
    "--name",
    "sees",
    "--network",
    "sistership",
    "--endpoint-mode",
    "dnsrr",
    "--entrypoint",
    "sleep",
  ];
  await manager.inside([...create, ...task, "caddy:2", "infinity"]);
  const addresses = async (server: Server) => {
    const script =
      'docker exec "$(docker ps -q --filter name=sees)" getent ahostsv4 tasks.sees | cut -d" " -f1 | sort -u';
    return (await server.inside(["sh", "-c", `${script} 2>/dev/null || true`])).stdout.trim().split("\n");
  };
  await until(async () => (await addresses(manager)).length === 2 && (await addresses(worker)).length === 2);
  assert.deepEqual(await addresses(manager), await addresses(worker));
  await manager.inside(["docker", "service", "rm", "sees"]);
}

/** What happens on a server tells of nothing here: it is looked at until it is so. */
async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await done()); tries++) {
    assert.ok(tries < 150, "it did not happen within 30 s");
    await wait(200);
  }
}
