// npm run try [-- --once] [-- --port N]: everything there is, brought up for you to click through; Ctrl-C ends it.
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Address, type Here, up } from "../../src/engine/environment/index.ts";
import {
  Fault,
  format,
  type Line,
  lineReporter,
  operate,
  run,
  type Task,
} from "../../src/engine/process/index.ts";
import { type Engine, engine } from "./docker/engine.ts";
import { editor } from "./editor/install.ts";
import { packExtension } from "./editor/pack.ts";
import { type Served, serve } from "./editor/serve.ts";
import { clear, cloneSample, hereIn, labelEnvironment, prepareImages } from "./project.ts";
import { ssh } from "./servers/access.ts";
import type { Server } from "./servers/server.ts";
import { server } from "./servers/servers.ts";

const root = join(import.meta.dirname, "../..");
const cli = join(root, "dist/cli.js");
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
  const { served, page, live } = await operate(options, (task) => bringUp(task, wishes, home, stack));
  if (wishes.once) return;
  process.stdout.write(
    `\nThe application here:   ${page.url}\nThe same on a server:   ${live}\nThe editor on it:       ${served.url}\nOpen that, and press the icon with the two ships. Ctrl-C ends all of it.\n`,
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
): Promise<{ served: Served; page: Address; live: string }> {
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
    await prepareImages(["node:22-bookworm-slim", "postgres:17", "caddy:2"], docker);
    await cloneSample(sample, folder);
    labelEnvironment(folder);
    const stage = `{ servers: [${box.name}], domain: ${box.address}, tls: off, watch: 5s }`;
    appendFileSync(join(folder, "sistership.yaml"), `stages:\n  production: ${stage}\n`);
  });
  stack.defer(() => clear(here));
  const page = await opened(here, task);
  const live = await deployed({ box, docker, folder, home }, task);
  const served = await task.step({ id: "editor", title: "VS Code with the extension" }, async () => {
    await editor(signal);
    const settings = {
      "sistership.ssh.configFile": box.sshConfig,
      "sistership.servers": { [box.name]: { address: box.name } },
    };
    const env = { ...docker.env, XDG_STATE_HOME: join(home, "state") };
    return stack.use(await serve({ folder, vsix: [vsix], port, env, settings, signal }));
  });
  if (once)
    await verify(task, {
      docker,
      served,
      page,
      live,
      connect: ssh(box, "docker version --format '{{.Server.Version}}'"),
    });
  return { served, page, live };
}

interface Destination {
  box: Server;
  docker: Engine;
  folder: string;
  home: string;
}

/** The server made ready, and the very same image live on it: by the commands that users have. Where it answers. */
async function deployed({ box, docker, folder, home }: Destination, task: Task): Promise<string> {
  const env = {
    ...docker.env,
    XDG_STATE_HOME: join(home, "state"),
    XDG_CACHE_HOME: join(home, "cache"),
    SESSION_SECRET: randomBytes(24).toString("hex"),
  };
  const sistership = async (id: string, title: string, ...words: string[]) => {
    const args = [...words, "--folder", folder, "--ssh-config", box.sshConfig];
    const shown = format({ program: "sistership", args: words });
    await task.step({ id, title, command: shown }, async (step) => {
      const onLine = (line: Line) => step.line(line);
      const { stdout } = await run(
        { program: "node", args: [cli, ...args], env },
        { signal: task.signal, onLine },
      );
      const last = stdout.trim().split("\n").at(-1);
      if (last) step.says(last);
    });
  };
  await sistership("set-up", "The server, set up", "servers", "setup", box.name, "--yes");
  await sistership("deploy", "The same image, live on it", "deploy", "production", "--yes");
  return `http://${box.address}`;
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
  live: string;
  connect: ReturnType<typeof ssh>;
}

/** Whether all of it answers. */
async function verify(task: Task, { docker, served, page, live, connect }: Standing): Promise<void> {
  const { signal } = task;
  await task.step({ id: "verify-page", title: "The application answers" }, async (step) => {
    const answer = await fetch(`http://127.0.0.1:${page.port}`, { signal });
    if (!answer.ok) throw new Error(`${page.url} answered ${answer.status}.`);
    step.says(page.url ?? "");
  });
  await task.step({ id: "verify-live", title: "The application answers on the server" }, async (step) => {
    const answer = await fetch(live, { signal });
    if (!answer.ok) throw new Error(`${live} answered ${answer.status}.`);
    step.says(live);
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
      args: [cli, "doctor"],
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
