// npm run try [-- --once] [-- --port N]: everything there is, brought up for you to click through; Ctrl-C ends it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Address, type Here, up } from "../../src/engine/environment/index.ts";
import { Fault, format, lineReporter, operate, run, type Task } from "../../src/engine/process/index.ts";
import { type Engine, engine } from "./docker/engine.ts";
import { editor } from "./editor/install.ts";
import { packExtension } from "./editor/pack.ts";
import { type Served, serve } from "./editor/serve.ts";
import { clear, cloneSample, hereIn, labelEnvironment, prepareImages } from "./project.ts";
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
  const { served, page } = await operate(options, (task) => bringUp(task, wishes, home, stack));
  if (wishes.once) return;
  process.stdout.write(
    `\nThe application: ${page.url}\nThe editor on it:  ${served.url}\nOpen that, and press the icon with the two ships. Ctrl-C ends all of it.\n`,
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
): Promise<{ served: Served; page: Address }> {
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
  const folder = join(home, sample);
  const here = hereIn(folder, docker, join(home, "state"));
  await task.step({ id: "clone", title: `A project, as it is cloned: ${sample}` }, async () => {
    await prepareImages(["node:22-bookworm-slim", "postgres:17"], docker);
    await cloneSample(sample, folder);
    labelEnvironment(folder);
  });
  stack.defer(() => clear(here));
  const page = await opened(here, task);
  const served = await task.step({ id: "editor", title: "VS Code with the extension" }, async () => {
    await editor(signal);
    const settings = { "sistership.ssh.configFile": box.sshConfig };
    const env = { ...docker.env, XDG_STATE_HOME: join(home, "state") };
    return stack.use(await serve({ folder, vsix: [vsix], port, env, settings, signal }));
  });
  if (once)
    await verify(task, {
      docker,
      served,
      page,
      connect: ssh(box, "docker version --format '{{.Server.Version}}'"),
    });
  return { served, page };
}

/** The environment of the project, brought up as its users do; where its page is. */
async function opened(here: Here, task: Task): Promise<Address> {
  const nobody = { known: async () => ({}), ask: async () => ({}), keep: async () => {} };
  const { addresses } = await up(here, nobody, task);
  const page = addresses.find(({ url }) => url !== undefined);
  if (page === undefined) throw new Error("the sample has no page");
  return page;
}

interface Standing {
  docker: Engine;
  served: Served;
  page: Address;
  connect: ReturnType<typeof ssh>;
}

/** Whether all of it answers. */
async function verify(task: Task, { docker, served, page, connect }: Standing): Promise<void> {
  const { signal } = task;
  await task.step({ id: "verify-page", title: "The application answers" }, async (step) => {
    const answer = await fetch(`http://127.0.0.1:${page.port}`, { signal });
    if (!answer.ok) throw new Error(`${page.url} answered ${answer.status}.`);
    step.says(page.url ?? "");
  });
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
