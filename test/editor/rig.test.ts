// The rig's own VS Code: what the other tests of this folder rely on.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inHost } from "../rig/editor/host.ts";
import { serve } from "../rig/editor/serve.ts";
import { open } from "../rig/editor/workbench.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-rig-test-"));
const project = join(home, "project");
mkdirSync(project);
after(() => rmSync(home, { recursive: true, force: true }));

/** The processes of this machine whose command or environment names a folder. */
function processesNaming(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const names = command.includes(folder) || readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
      return names && Number(pid) !== process.pid ? [command] : [];
    } catch {
      return [];
    }
  });
}

test("closing the workbench leaves no process and no file", async () => {
  const vscode = await open({ folder: project });
  assert.ok(processesNaming(vscode.home).length > 0);
  await vscode[Symbol.asyncDispose]();
  assert.deepEqual(processesNaming(vscode.home), []);
  assert.ok(!readdirSync(tmpdir()).some((name) => vscode.home.endsWith(name)));
});

test("an occupied port is said so", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address);
  try {
    await assert.rejects(
      serve({ folder: project, port: address.port }),
      /The port is taken by another program/,
    );
  } finally {
    server.close();
  }
});

test("a suite that fails inside the extension host is a failure, with what it printed", async () => {
  const extension = join(home, "extension");
  mkdirSync(extension);
  writeFileSync(
    join(extension, "package.json"),
    JSON.stringify({ name: "failing", publisher: "test", version: "1.0.0", engines: { vscode: "^1.100.0" } }),
  );
  const suite = join(extension, "suite.js");
  writeFileSync(
    suite,
    `exports.run = async () => { console.log("about to fail"); throw new Error("as it should"); };`,
  );
  const { code, log } = await inHost({ suite, extension, folder: project });
  assert.equal(code, 1);
  assert.match(log.join("\n"), /about to fail/);
});
