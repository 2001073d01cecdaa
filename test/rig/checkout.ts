import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  environmentStatus,
  type Here,
  type Rehearsal,
  up,
  type Values,
} from "../../src/engine/environment/index.ts";
import { Fault, operate, type Report, type Task } from "../../src/engine/process/index.ts";
import type { Engine } from "./docker/engine.ts";
import { clear, cloneSample, hereIn, labelEnvironment } from "./project.ts";

export interface Checkout extends AsyncDisposable {
  here: Here;
  file: (path: string) => string;
  edit: (path: string, change: (text: string) => string) => Promise<void>;
  up: (options?: UpOptions) => Promise<{ url: string; project: string; steps: Record<string, string> }>;
  /** The sentence of the failure. */
  fails: (options?: UpOptions) => Promise<Fault>;
  ids: () => Promise<Record<string, string>>;
  /** What runs, by the names of Compose's services. */
  running: () => Promise<string[]>;
}

interface UpOptions {
  values?: Values;
  signal?: AbortSignal;
  /** Not the environment for development, but this. */
  rehearsal?: Rehearsal;
  rebuild?: true;
  /** By another user, or on another machine, than it was cloned. */
  here?: Here;
  onStep?: (id: string, state: string) => void;
}

/** Nothing is known, and nobody answers. */
export const nobody: Values = { known: async () => ({}), ask: async () => ({}), keep: async () => {} };

/** A folder with a profile, and a user whose state is their own. */
export async function checkout(
  rig: Engine,
  files: Readonly<Record<string, string>> | { sample: string },
  { name, state, folder = "a project" }: { name?: string; state?: string; folder?: string } = {},
): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), "sistership-environment-"));
  const home = state ?? join(root, "state");
  const place = join(root, folder);
  await mkdir(place);
  if ("sample" in files) {
    const sample = String(files.sample);
    await cloneSample(sample, place, name ?? unique(sample));
  } else {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), text);
    }
  }
  labelEnvironment(place);
  const here = hereIn(place, rig, home);

  const bringUp = async ({
    values = nobody,
    signal,
    onStep,
    rehearsal,
    rebuild,
    here: other = here,
  }: UpOptions = {}) => {
    const steps: Record<string, string> = {};
    const report = (one: Report) => {
      if (one.kind !== "step") return;
      // somebody else may take a port meanwhile: then it is gone on with others, and what is done is skipped
      const again = one.step.state === "skipped" && steps[one.step.id] === "done";
      if (!again) steps[one.step.id] = one.step.state;
      onStep?.(one.step.id, one.step.state);
    };
    const options = { title: "up", about: place, report, signal: signal ?? new AbortController().signal };
    const { addresses, project } = await operate(options, (task) =>
      up({ ...other, ...(rehearsal ? { rehearsal } : {}) }, values, task, rebuild ? { rebuild } : {}),
    );
    const url = addresses.find((one) => one.url)?.url ?? "";
    // Node asks the system's name server for names under localhost, which may not know them; browsers do not ask
    return { url: url.replace(/\/\/[^:]+:/, "//127.0.0.1:"), project, steps };
  };
  const list = async () => {
    const status = await environmentStatus(here);
    return status.parts;
  };
  return {
    here,
    file: (path) => join(place, path),
    edit: async (path, change) =>
      writeFile(join(place, path), change(await readFile(join(place, path), "utf8"))),
    up: bringUp,
    fails: async (options) => {
      try {
        await bringUp(options);
      } catch (thrown) {
        assert.ok(thrown instanceof Fault, String(thrown));
        return thrown;
      }
      return assert.fail("it came up");
    },
    ids: async () => Object.fromEntries((await list()).map(({ name, id }) => [name, id ?? ""])),
    running: async () =>
      (await list()).filter(({ state }) => state !== "absent" && state !== "ended").map(({ name }) => name),
    [Symbol.asyncDispose]: async () => {
      await clear({ ...here, rehearsal: {} });
      await clear(here);
      await rm(root, { recursive: true, force: true });
    },
  };
}

export const perform = <T>(work: (task: Task) => Promise<T>) =>
  operate({ title: "test", about: "test", report: () => {}, signal: new AbortController().signal }, work);

export const unique = (name: string) => `${name}-${randomUUID().slice(0, 6)}`;

/** The smallest application: no dependencies, no services. */
export function tiny({ server = hello, more = "", name = unique("tiny") } = {}): Record<string, string> {
  return {
    "server.js": server,
    "package.json": '{ "name": "tiny", "version": "1.0.0" }\n',
    "sistership.yaml": `name: ${name}
runtime: node@22
processes:
  web: { run: node server.js, port: 3000, health: / }
dev: { run: node --watch server.js }
${more}`,
  };
}
export const hello = `require("node:http").createServer((_, answer) => answer.end("hello")).listen(3000);
process.on("SIGTERM", () => process.exit());
`;

export const page = async (url: string) => (await fetch(url)).text();

/** Asks until the answer is as expected: a reloader says nothing when it is done. */
export async function becomes(url: string, expected: RegExp, withinMs = 30_000): Promise<void> {
  const end = performance.now() + withinMs;
  let last = "";
  while (performance.now() < end) {
    last = await page(url).catch(String);
    if (expected.test(last)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.match(last, expected);
}
