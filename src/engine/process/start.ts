import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import type { Command } from "./command.ts";
import { type Fault, fault } from "./fault.ts";
import { killGroup } from "./kill.ts";
import { LineSplitter } from "./lines.ts";

export interface Line {
  from: "stdout" | "stderr";
  text: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** How long the process group may take to end after SIGTERM before SIGKILL. */
  graceMs?: number;
}

/** A running program: its lines as they come, and how it ended. Read the lines: a program that nobody listens to waits. */
export interface Running extends AsyncIterable<Line> {
  readonly pid: number;
  /** Settles when the program is gone; rejects with a Fault if it was cancelled or timed out. */
  readonly exited: Promise<Exit>;
  /** The last lines so far, for whoever has to explain a failure. */
  readonly last: readonly string[];
}

const kept = 20;
const enough = 4096; // lines held for a slow reader before the program is made to wait
const silenceAfterExitMs = 500;

/** Starts a program in a process group of its own, so that stopping it stops its children too. */
export async function start(command: Command, options: StartOptions = {}): Promise<Running> {
  const { program } = command;
  if (options.signal?.aborted) throw fault("cancelled", [program]);
  const child = spawn(program, [...(command.args ?? [])], {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    detached: process.platform !== "win32",
    windowsHide: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const pid = await spawned(child, command);
  const { stdin, stdout, stderr } = child;
  stdin.on("error", () => {}); // a program may end without reading its input; its exit says what matters
  stdin.end(command.input);

  const queue = new LineQueue([stdout, stderr]);
  const closed = Promise.all([read(stdout, "stdout", queue), read(stderr, "stderr", queue)]);
  const exited = watch(child, pid, command, options, queue)
    .then(async (exit) => {
      // A grandchild may hold the pipes open for ever: once the program is gone, silence means the end.
      await Promise.race([closed, silence([stdout, stderr], queue)]);
      return exit;
    })
    .finally(() => {
      stdout.destroy();
      stderr.destroy();
      queue.end();
    });
  exited.catch(() => {}); // the reader of the lines may look at it later
  return { pid, exited, last: queue.last, [Symbol.asyncIterator]: () => queue.read() };
}

function spawned(child: ChildProcess, command: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(whyNotStarted(error, command)));
    child.once("spawn", () => {
      child.removeAllListeners("error");
      child.on("error", () => {}); // a kill that comes too late
      if (child.pid !== undefined) resolve(child.pid);
    });
  });
}

function whyNotStarted(error: NodeJS.ErrnoException, { program, cwd }: Command): Fault {
  // Node reports a missing working folder as a missing program.
  if (cwd !== undefined && !existsSync(cwd)) return fault("folder-missing", [cwd], { cause: error });
  if (error.code === "ENOENT") return fault("program-missing", [program], { cause: error });
  return fault(
    "program-refused",
    [program, error.code === "EACCES" ? "it is not executable" : error.message],
    {
      cause: error,
    },
  );
}

function watch(
  child: ChildProcess,
  pid: number,
  { program }: Command,
  { signal, timeoutMs, graceMs = 5000 }: StartOptions,
  { last }: LineQueue,
): Promise<Exit> {
  return new Promise((resolve, reject) => {
    let why: (() => Fault) | undefined;
    let mercy: NodeJS.Timeout | undefined;
    const stop = (reason: () => Fault) => {
      if (why) return;
      why = reason;
      killGroup(pid, "SIGTERM");
      mercy = setTimeout(() => killGroup(pid, "SIGKILL"), graceMs);
    };
    const onAbort = () => stop(() => fault("cancelled", [program], { lastLines: last }));
    signal?.addEventListener("abort", onAbort, { once: true });
    const limit =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => stop(() => fault("timed-out", [program, timeoutMs], { lastLines: last })),
            timeoutMs,
          );
    child.once("exit", (code, bySignal) => {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(limit);
      clearTimeout(mercy);
      if (!why) return resolve({ code, signal: bySignal });
      killGroup(pid, "SIGKILL"); // children that outlived their parent's SIGTERM
      reject(why());
    });
    if (signal?.aborted) onAbort();
  });
}

function read(stream: Readable, from: Line["from"], queue: LineQueue): Promise<void> {
  const splitter = new LineSplitter((text) => queue.push({ from, text }));
  return new Promise((resolve) => {
    stream.on("data", (chunk: Buffer) => splitter.push(chunk));
    stream.once("close", () => {
      splitter.end();
      resolve();
    });
  });
}

/** Settles when the streams have been readable and silent for a while. A reader that is slow is not silence. */
function silence(streams: readonly Readable[], queue: LineQueue): Promise<void> {
  return new Promise((resolve) => {
    const check = () => (queue.full ? timer.refresh() : resolve());
    const timer = setTimeout(check, silenceAfterExitMs).unref(); // streams that are open keep us running, it must not
    for (const stream of streams) stream.on("data", () => timer.refresh());
  });
}

/** Lines waiting for their reader; when it falls behind, the program's pipes are paused. */
class LineQueue {
  readonly last: string[] = [];
  readonly #streams: readonly Readable[];
  #lines: Line[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(streams: readonly Readable[]) {
    this.#streams = streams;
  }

  get full(): boolean {
    return this.#lines.length >= enough;
  }

  push(line: Line): void {
    this.#lines.push(line);
    this.last.push(line.text);
    if (this.last.length > kept) this.last.shift();
    if (this.full) for (const stream of this.#streams) stream.pause();
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<Line> {
    for (;;) {
      const batch = this.#lines;
      this.#lines = [];
      for (const stream of this.#streams) stream.resume();
      yield* batch;
      if (this.#lines.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
