// The rig's own VS Code: what the other tests of this folder rely on.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { freshHome, processesNaming } from "../rig/editor/bound.ts";
import { inHost } from "../rig/editor/host.ts";
import { serve } from "../rig/editor/serve.ts";
import { open, themes, type Workbench } from "../rig/editor/workbench.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-rig-test-"));
const project = join(home, "project");
mkdirSync(project);
after(() => rmSync(home, { recursive: true, force: true }));

/** The processes of this machine whose command or environment names a folder. */
test("closing the workbench leaves no process and no file", async () => {
  const vscode = await open({ folder: project });
  assert.ok(processesNaming(vscode.home).length > 0);
  await vscode[Symbol.asyncDispose]();
  assert.deepEqual(processesNaming(vscode.home), []);
  assert.ok(!readdirSync(tmpdir()).some((name) => vscode.home.endsWith(name)));
});

test("a test that is killed while it has the workbench open leaves no process to the next", async () => {
  const script = join(home, "killed.ts");
  const workbench = join(import.meta.dirname, "../rig/editor/workbench.ts");
  writeFileSync(
    script,
    `import { open } from ${JSON.stringify(workbench)};
    const { home } = await open({ folder: ${JSON.stringify(project)} });
    console.log(home);
    setInterval(() => {}, 60_000);`,
  );
  // without the name of a run, so that no reaper helps
  const env = { ...process.env, SISTERSHIP_RUN: undefined, NODE_TEST_CONTEXT: undefined };
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"], env });
  const exited = once(child, "exit");
  const [first] = await Promise.race([
    once(child.stdout, "data"),
    exited.then(() => assert.fail("it ended before the workbench was open")),
  ]);
  const opened = String(first).trim();
  assert.ok(processesNaming(opened).length > 2, "the server and its children are up");
  child.kill("SIGKILL");
  await exited;
  const next = freshHome("sistership-editor");
  rmSync(next, { recursive: true });
  assert.equal(existsSync(opened), false, "the next one takes its folder away");
  for (let tries = 0; processesNaming(opened).length > 0 && tries < 150; tries++) await wait(200);
  assert.deepEqual(processesNaming(opened), []);
});

test("pictures show the workbench, each theme in its own light", async () => {
  const light: Record<string, number> = {};
  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    await using vscode = await open({ folder: project, theme });
    const seen = await look(vscode, await vscode.screenshot(`rig-${theme}`));
    assert.ok(seen.colours > 30, `${theme}: text and icons have many colours, not ${seen.colours}`);
    light[theme] = seen.light;
  }
  const { dark = 0, light: bright = 0, contrast = 0 } = light;
  assert.ok(bright > 200 && dark < 60 && contrast < dark, JSON.stringify(light));
});

/** How many colours a picture has, and how light it is on average, from 0 to 255. */
async function look(vscode: Workbench, picture: Buffer): Promise<{ colours: number; light: number }> {
  const blank = await vscode.page.context().newPage(); // the workbench's own page allows no such script
  const seen: unknown = await blank.evaluate(
    `(async () => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(picture.toString("base64"))}), (c) => c.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas.drawImage(image, 0, 0);
      const { data } = canvas.getImageData(0, 0, image.width, image.height);
      const colours = new Set();
      let light = 0;
      for (let i = 0; i < data.length; i += 4) {
        colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
        light += (data[i] + data[i + 1] + data[i + 2]) / 3;
      }
      return { colours: colours.size, light: light / (data.length / 4) };
    })()`,
  );
  assert.ok(typeof seen === "object" && seen && "colours" in seen && "light" in seen);
  return { colours: Number(seen.colours), light: Number(seen.light) };
}

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
