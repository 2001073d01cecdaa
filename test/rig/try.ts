// npm run try [-- --once] [-- --port N]: everything there is, brought up for you to click through; Ctrl-C ends it.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Fault, format, lineReporter, operate, run, type Task } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "./docker/engine.ts";
import { editor } from "./editor/install.ts";
import { packExtension } from "./editor/pack.ts";
import { type Served, serve } from "./editor/serve.ts";
import { ssh } from "./servers/access.ts";
import { server } from "./servers/servers.ts";

const root = join(import.meta.dirname, "../..");
const sample = "express-tasks";

interface Wishes {
  once: boolean;
  port: number;
}

async function main(): Promise<void> {
  const wishes = readWishes();
  const cancel = new AbortController();
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        cancel.abort();
        resolve();
      });
    }
  });
  const report = lineReporter({
    write: (text) => process.stdout.write(text),
    colour: process.stdout.isTTY === true,
    why: false,
  });
  await using stack = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), "sistership-try-"));
  stack.defer(() => rmSync(home, { recursive: true, force: true }));
  const options = { title: "Try Sistership", about: sample, report, signal: cancel.signal };
  const served = await operate(options, (task) => bringUp(task, wishes, home, stack));
  if (wishes.once) return;
  process.stdout.write(
    `\nOpen ${served.url}\nand press the icon with the two ships. Ctrl-C ends all of it.\n`,
  );
  await ended;
}

function readWishes(): Wishes {
  const { values } = parseArgs({
    options: { once: { type: "boolean", default: false }, port: { type: "string", default: "0" } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port takes a number from 1 to 65535, not "${values.port}".`);
  }
  return { once: values.once, port };
}

async function bringUp(
  task: Task,
  { once, port }: Wishes,
  home: string,
  stack: AsyncDisposableStack,
): Promise<Served> {
  const { signal } = task;
  const docker = await task.step({ id: "docker", title: "Docker engine" }, async (step) => {
    const found = await engine({ signal });
    step.says(`${found.version}, ${found.started ? "started" : "was there already"}`);
    return found;
  });
  const box = await task.step(
    { id: "server", title: "A server with SSH and a Docker of its own" },
    async (step) => {
      const started = stack.use(
        await server({ software: "docker", name: "fra1" }, { engine: docker, signal }),
      );
      step.says(`${started.user}@${started.address}`);
      return started;
    },
  );
  const vsix = await task.step({ id: "pack", title: "The extension, packed" }, () => packExtension(signal));
  const served = await task.step({ id: "editor", title: "VS Code with the extension" }, async () => {
    await editor(signal);
    const folder = join(home, sample);
    if (existsSync(join(root, "test/apps", sample)))
      cpSync(join(root, "test/apps", sample), folder, { recursive: true });
    const settings = { "sistership.ssh.configFile": box.sshConfig };
    return stack.use(await serve({ folder, vsix: [vsix], port, env: docker.env, settings, signal }));
  });
  if (once)
    await verify(task, {
      docker,
      served,
      connect: ssh(box, "docker version --format '{{.Server.Version}}'"),
    });
  return served;
}

interface Standing {
  docker: Engine;
  served: Served;
  connect: ReturnType<typeof ssh>;
}

/** Whether all of it answers. */
async function verify(task: Task, { docker, served, connect }: Standing): Promise<void> {
  const { signal } = task;
  await task.step({ id: "verify-editor", title: "The editor answers" }, async (step) => {
    const answer = await fetch(served.url, { signal });
    const page = await answer.text();
    if (!answer.ok || !page.includes("workbench"))
      throw new Error(`${served.url} answered ${answer.status} without a workbench.`);
    step.says(served.url);
  });
  await task.step(
    { id: "verify-server", title: "The server answers", command: format(connect) },
    async (step) => {
      step.says(`Docker ${(await run(connect, { signal, timeoutMs: 30_000 })).stdout.trim()}`);
    },
  );
  await task.step({ id: "verify-doctor", title: "This machine is ready" }, async () => {
    const doctor = {
      program: "node",
      args: [join(root, "dist/cli.js"), "doctor"],
      cwd: root,
      env: docker.env,
    };
    await run(doctor, { signal });
  });
}

try {
  await main();
} catch (thrown) {
  const cancelled = thrown instanceof Fault && thrown.code === "cancelled";
  process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n`);
  process.exitCode = cancelled ? 130 : 1;
}
