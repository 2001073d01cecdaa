import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Output, run, start } from "../../../src/engine/process/index.ts";
import type { Engine } from "./engine.ts";
import { labelArgs } from "./labels.ts";

interface Wanted {
  image: string;
  /** Arguments after the image's name. */
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Further arguments of `docker run`. */
  options?: readonly string[];
  /** Files put in, read-only: path in the container, content. A *.sh is executable. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** Ports of the container to reach from here. */
  ports?: readonly number[];
}

/** A container of a test, gone at the end of its block: `await using web = await runContainer(engine, …)`. */
export interface Container extends AsyncDisposable {
  readonly name: string;
  /** Runs a program inside, as `docker exec` does; a failure is a Fault unless its code is accepted. */
  exec(program: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Settles as soon as lines like these were printed, in this order, before or after the call. */
  says(...patterns: readonly RegExp[]): Promise<void>;
  logs(): Promise<string>;
  /** Where a port of the container answers on this machine: "127.0.0.1:49153". */
  address(port: number): Promise<string>;
  /** Stops it as `docker stop` does, and says how it ended and how long that took. */
  stop(graceSeconds?: number): Promise<{ code: number; ms: number }>;
  /** Starts it again after it was stopped. */
  restart(): Promise<void>;
  /** Waits until it ends by itself. */
  ended(): Promise<number>;
}

interface ExecOptions {
  user?: string;
  env?: Readonly<Record<string, string>>;
  input?: string;
  accept?: readonly number[];
}

export async function runContainer(engine: Engine, wanted: Wanted): Promise<Container> {
  const name = `sistership-test-${randomUUID().slice(0, 13)}`;
  const folder = mkdtempSync(join(tmpdir(), "sistership-test-"));
  const docker = (args: readonly string[], options: { input?: string; accept?: readonly number[] } = {}) =>
    run(
      {
        program: "docker",
        args,
        env: engine.env,
        ...(options.input !== undefined && { input: options.input }),
      },
      options.accept ? { accept: options.accept } : {},
    );
  const dispose = async () => {
    await docker(["rm", "--force", "--volumes", name], { accept: [0, 1] });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await docker([
      ...["run", "--detach", "--name", name, ...labelArgs()],
      ...Object.entries(wanted.env ?? {}).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...mounts(wanted.files ?? {}, folder),
      ...(wanted.ports ?? []).flatMap((port) => ["--publish", `127.0.0.1::${port}`]),
      ...(wanted.options ?? []),
      wanted.image,
      ...(wanted.command ?? []),
    ]);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    name,
    exec: (program, { user, env = {}, input, accept } = {}) =>
      docker(
        [
          "exec",
          ...(input === undefined ? [] : ["--interactive"]),
          ...(user === undefined ? [] : ["--user", user]),
          ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
          name,
          ...program,
        ],
        { ...(input !== undefined && { input }), ...(accept && { accept }) },
      ),
    says: (...patterns) => awaitLines(engine, name, patterns),
    logs: async () => {
      const { stdout, stderr } = await docker(["logs", name]);
      return stdout + stderr;
    },
    address: async (port) => (await docker(["port", name, `${port}/tcp`])).stdout.trim(),
    stop: async (graceSeconds = 10) => {
      const from = performance.now();
      await docker(["stop", "--time", String(graceSeconds), name]);
      const ms = performance.now() - from;
      return { code: Number((await docker(["wait", name])).stdout), ms };
    },
    restart: async () => void (await docker(["start", name])),
    ended: async () => {
      const { stdout } = await run(
        { program: "docker", args: ["wait", name], env: engine.env },
        { timeoutMs: patienceMs },
      );
      return Number(stdout);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Runs a command in a container that is made for it, and hands back what it printed. */
export async function runOnce(
  engine: Engine,
  image: string,
  command: readonly string[],
  options: readonly string[] = [],
): Promise<string> {
  const args = ["run", "--rm", ...labelArgs(), ...options, image, ...command];
  const once = () => run({ program: "docker", args, env: engine.env });
  const first = await once();
  // on a busy machine the client may end before it was handed what was printed: nothing is lost by asking again
  const { stdout } = first.stdout || first.stderr ? first : await once();
  return stdout.trim();
}

function mounts(files: Readonly<Record<string, string | Uint8Array>>, folder: string): string[] {
  return Object.entries(files).flatMap(([path, content]) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: path.endsWith(".sh") ? 0o755 : 0o644 });
    return ["--volume", `${file}:${path}:ro`];
  });
}

const patienceMs = 60_000;

async function awaitLines(engine: Engine, name: string, patterns: readonly RegExp[]): Promise<void> {
  const awaited = [...patterns];
  const enough = new AbortController();
  // One stream of the two, or their order is lost.
  const following = await start(
    { program: "sh", args: ["-c", 'exec docker logs --follow "$1" 2>&1', "sh", name], env: engine.env },
    { signal: enough.signal, timeoutMs: patienceMs },
  );
  const last: string[] = [];
  for await (const { text } of following) {
    if (awaited[0]?.test(text)) awaited.shift();
    if (awaited.length === 0) {
      enough.abort();
      return;
    }
    last.push(text);
    if (last.length > 15) last.shift();
  }
  await following.exited.catch(() => {}); // time is up: the sentence below says more
  throw new Error(
    `The container ${name} printed no line like ${awaited[0]}. Its last:\n  ${last.join("\n  ")}`,
  );
}
