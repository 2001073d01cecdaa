import { rm } from "node:fs/promises";
import { chromium } from "playwright-core";
import { type Running, start } from "../../../src/engine/process/index.ts";
import { boundToUs, freshHome } from "./bound.ts";
import { editor } from "./install.ts";

interface HostOptions {
  /** A JavaScript file that exports `run(): Promise<void>`. */
  suite: string;
  /** The folder of the extension, with its package.json and what that calls main. */
  extension: string;
  folder: string;
  env?: Readonly<Record<string, string | undefined>>;
  timeoutMs?: number;
}

export interface HostResult {
  /** 0 where `run` resolved, 1 where it rejected. */
  code: number;
  /** What the suite printed on the console. */
  log: string[];
}

/** Runs a suite inside the real extension host, as @vscode/test-electron does on a desktop. */
export async function inHost({
  suite,
  extension,
  folder,
  env = {},
  timeoutMs = 120_000,
}: HostOptions): Promise<HostResult> {
  const { server, chromium: executablePath } = await editor();
  const home = freshHome("sistership-host");
  const cancel = new AbortController();
  const running = await start(
    boundToUs({
      program: process.execPath,
      args: [
        ...[
          server,
          "--host",
          "127.0.0.1",
          "--port",
          "0",
          "--without-connection-token",
          "--accept-server-license-terms",
        ],
        ...["--enable-smoke-test-driver", "--disable-workspace-trust", "--telemetry-level", "off"],
        ...["--server-data-dir", home],
      ],
      env: { NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined, XDG_RUNTIME_DIR: home, ...env },
    }),
    { signal: cancel.signal, graceMs: 3000 },
  );
  try {
    const port = await listening(running);
    const authority = `vscode-remote://127.0.0.1:${port}`;
    const payload = JSON.stringify([
      ["extensionDevelopmentPath", `${authority}${extension}`],
      ["extensionTestsPath", `${authority}${suite}`],
      ["skipWelcome", "true"],
    ]);
    const browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
    });
    try {
      const page = await browser.newPage();
      const log: string[] = [];
      let exit = (_: number) => {};
      const ended = new Promise<number>((resolve) => {
        exit = resolve;
      });
      await page.exposeFunction("codeAutomationExit", (code: number) => exit(code));
      await page.exposeFunction("codeAutomationLog", (_: string, words: unknown[]) =>
        log.push(words.join(" ")),
      );
      const url = new URL(`http://127.0.0.1:${port}/`);
      url.searchParams.set("folder", folder);
      url.searchParams.set("payload", payload);
      await page.goto(url.href);
      return { code: await within(timeoutMs, ended, log), log };
    } finally {
      await browser.close();
    }
  } finally {
    cancel.abort();
    await running.exited.catch(() => {});
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function within(ms: number, ended: Promise<number>, log: readonly string[]): Promise<number> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const says = () => `The suite did not end within ${ms / 1000} s:\n${log.join("\n")}`;
    limit = setTimeout(() => reject(new Error(says())), ms);
  });
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(limit);
  }
}

async function listening(running: Running): Promise<number> {
  const lines = running[Symbol.asyncIterator]();
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const port = /Extension host agent listening on (\d+)/.exec(line.value.text)?.[1];
    if (port === undefined) continue;
    void (async () => {
      while (!(await lines.next()).done);
    })();
    return Number(port);
  }
  throw new Error(`VS Code's server ended before it listened:\n  ${running.last.join("\n  ")}`);
}
