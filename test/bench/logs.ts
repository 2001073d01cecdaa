// npm run bench:logs: from a container to the view in a real VS Code, beside `docker compose logs --follow` to nowhere;
// what a million lines weigh in the extension host; how smoothly they scroll in Chromium.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { FrameLocator } from "playwright-core";
import { start } from "../../src/engine/process/index.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { open, type Workbench } from "../rig/editor/workbench.ts";
import { type Printing, printing } from "../rig/printing.ts";
import { publish, round } from "./harness.ts";

const lines = 1_000_000;
const text = "INFO: request %.0f served in 12 ms by the application, as it was asked for";
const last = `request ${lines} served`;
const scrollMs = 5000;

/** Prints all of it each time it is told to. */
const prints = `while true; do while [ ! -e /app/go ]; do sleep 0.05; done; rm /app/go; seq -f '${text}' 1 ${lines}; done`;

async function main(): Promise<void> {
  const vsix = await packExtension();
  await using project = await printing({ web: { prints } });
  await project.compose("up", "--detach");
  const view = await measureView(project, vsix);
  await project.compose("restart", "web");
  const compose = await measureCompose(project);
  publish(
    [
      { what: "container to view, lines/s", figure: view.linesPerSecond },
      { what: "docker compose logs --follow, lines/s", figure: compose },
      { what: "lines lost", figure: view.lost },
      { what: "1,000,000 lines in the extension host, MB", figure: view.memoryMB },
      { what: "frames a second while scrolling", figure: view.fps },
      { what: "frames with a row that was not there yet, %", figure: view.blankPercent },
    ],
    {
      linesPerSecond: { view: view.linesPerSecond, compose },
      lost: view.lost,
      memoryMB: view.memoryMB,
      fps: view.fps,
      blankPercent: view.blankPercent,
    },
  );
}

async function measureView(project: Printing, vsix: string) {
  await using vscode = await open({ folder: project.here.folder, vsix: [vsix], env: project.env });
  await vscode.command("Sistership: Show Logs");
  const page = vscode.page.frameLocator(".webview.ready").frameLocator("#active-frame");
  await page.locator(".empty", { hasText: "Nothing was printed yet." }).waitFor();
  const before = extensionHostMB(vscode);
  const begun = go(project);
  await page.locator(".row", { hasText: last }).waitFor({ timeout: 120_000 });
  const seconds = (performance.now() - begun) / 1000;
  const count = Number((await page.locator(".status").textContent())?.replaceAll(/ lines.*|\D/g, ""));
  await vscode.screenshot("logs-million");
  await wait(5000); // what was only needed on the way is given back
  const memoryMB = round(extensionHostMB(vscode) - before);
  const { fps, blankPercent } = await scroll(page);
  return { linesPerSecond: Math.round(lines / seconds), lost: lines - count, memoryMB, fps, blankPercent };
}

async function measureCompose({ project, here, env }: Printing): Promise<number> {
  const cancel = new AbortController();
  const args = ["compose", "-p", project, "logs", "--follow", "--no-log-prefix", "--since", "0s"];
  const running = await start({ program: "docker", args, env, cwd: here.folder }, { signal: cancel.signal });
  await wait(2000); // it does not say when it listens
  const begun = go({ here });
  for await (const { text } of running) if (text.includes(last)) break;
  const seconds = (performance.now() - begun) / 1000;
  cancel.abort();
  await running.exited.catch(() => {});
  return Math.round(lines / seconds);
}

function go({ here }: Pick<Printing, "here">): number {
  writeFileSync(join(here.folder, "go"), "");
  return performance.now();
}

/** Scrolls through the million and back, a page or so each frame, and counts frames. */
function scroll(page: FrameLocator): Promise<{ fps: number; blankPercent: number }> {
  return page.locator(".list").evaluate((list, ms) => {
    const { requestAnimationFrame: frame } = globalThis as unknown as {
      requestAnimationFrame: (next: () => void) => void;
    };
    const element = list as unknown as {
      scrollTop: number;
      scrollHeight: number;
      querySelector: (selector: string) => unknown;
    };
    element.scrollTop = element.scrollHeight / 2;
    return new Promise((resolve) => {
      const begun = performance.now();
      let frames = 0;
      let blank = 0;
      const step = () => {
        const passed = performance.now() - begun;
        if (passed >= ms)
          return resolve({
            fps: Math.round((frames / passed) * 10_000) / 10,
            blankPercent: Math.round((blank / frames) * 1000) / 10,
          });
        frames++;
        if (element.querySelector(".row.waiting") !== null) blank++;
        element.scrollTop += passed < ms / 2 ? 120 : -120;
        frame(step);
      };
      frame(step);
    });
  }, scrollMs);
}

/** What the extension host of this very editor has in memory. */
function extensionHostMB({ home }: Workbench): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=extensionHost")) continue;
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(`XDG_RUNTIME_DIR=${home}\0`)) continue;
      const kB = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return Number(kB) / 1024;
    } catch {
      // it ended while it was looked at
    }
  }
  throw new Error("The extension host was not found.");
}

await main();
