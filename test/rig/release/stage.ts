import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apply, projectStatus } from "../../../src/engine/blueprint/index.ts";
import type { Machine } from "../../../src/engine/docker/index.ts";
import { Fault, operate, type Report, type Task } from "../../../src/engine/process/index.ts";
import { fromHere, type Ground, ground as groundOf, type Order } from "../../../src/engine/release/index.ts";
import {
  type Asker,
  facts,
  type Pool,
  pool as poolOf,
  saveAndLoad,
  setUp,
  setUpPlan,
} from "../../../src/engine/server/index.ts";
import type { Engine } from "../docker/engine.ts";
import { image } from "../images/image.ts";
import { cloneSample } from "../project.ts";
import type { Server } from "../servers/server.ts";
import { servers } from "../servers/servers.ts";

/** A sample on a stage of a server that was set up: what a user has before they press Deploy. */
export interface Stage extends AsyncDisposable {
  server: Server;
  folder: string;
  /** Another teammate: connections of their own. */
  teammate(): Pool;
  pool: Pool;
  edit(path: string, change: (text: string) => string): void;
  ground(pool?: Pool): Promise<Ground>;
  order(more?: Partial<Order>): Promise<Order>;
  perform<T>(work: (task: Task) => Promise<T>, options?: Performing): Promise<T>;
}

interface Performing {
  signal?: AbortSignal;
  onReport?: (report: Report) => void;
}

const nobody: Asker = {
  trust: async () => false,
  passphrase: async () => undefined,
  password: async () => undefined,
  sudo: async () => undefined,
};

interface Wanted {
  /** How the sample's main process is asked how it is, instead of what was detected. */
  health?: string;
  stages: string;
  /** Instead of a sample: a project's files, its sistership.yaml without stages among them. */
  files?: Readonly<Record<string, string>>;
}

export async function stageOf(
  rig: Engine,
  sample: string,
  name: string,
  { health, stages, files }: Wanted,
): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), "sistership-release-"));
  const folder = join(root, name);
  mkdirSync(folder);
  if (files === undefined) await cloneSample(sample, folder, name);
  else for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const file = join(folder, "sistership.yaml");
  const said = readFileSync(file, "utf8");
  const text = health === undefined ? said : said.replace(/health: [^,}]+/, `health: ${health}`);
  writeFileSync(file, `${text.trimEnd()}\nstages:\n${stages}\n`);
  for (const one of ["caddy:2", "node:22-bookworm-slim", "postgres:17"]) await image(one, { engine: rig });

  const fleet = await servers(["docker"], { engine: rig });
  const [server] = fleet.servers;
  const machine = { home: root, user: "nobody", hostname: "here", env: {}, platform: process.platform };
  const teammate = () => poolOf({ ...machine, configFile: fleet.sshConfig }, nobody);
  const pool = teammate();
  const target = () => ({ name: server.name, address: server.name });
  // what is kept for later shipments is this run's own, and goes with it
  const user: Machine = {
    env: { ...process.env, ...rig.env, XDG_CACHE_HOME: join(root, "cache") },
    home: root,
    platform: process.platform,
  };
  const carry = saveAndLoad(user);
  const perform: Stage["perform"] = (
    work,
    { signal = new AbortController().signal, onReport = () => {} } = {},
  ) => operate({ title: "test", about: name, signal, report: onReport }, work);
  const { signal } = new AbortController();
  const link = await pool.link(target(), signal);
  await perform(async (task) =>
    setUp(
      { pool, target: target(), carry },
      setUpPlan(server.name, await facts(link, { signal, root: true })),
      task,
    ),
  );

  const ground: Stage["ground"] = async (by = pool) => {
    const found = await projectStatus(folder);
    if (!found.ok) throw new Error(JSON.stringify(found.problems));
    await apply(
      folder,
      found.files.map(({ file }) => file),
    );
    const [stage = ""] = Object.keys(found.profile.stages);
    return groundOf(found.profile, stage, { pool: by, target }, signal);
  };
  return {
    ...{ server, folder, teammate, pool, perform, ground },
    edit: (path, change) =>
      writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8"))),
    order: async (more = {}) => {
      const at = more.ground ?? (await ground());
      return {
        ground: at,
        supply: await fromHere({ machine: user, folder, stage: at.stage.name, state: root }),
        source: { dirty: false, commit: "0123456789abcdef" },
        values: async () => ({}),
        who: "tester@here",
        now: () => new Date(),
        ...more,
      };
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await fleet[Symbol.asyncDispose]();
      rmSync(root, { recursive: true });
    },
  };
}

/** The sentence and the last lines of a failure. */
export async function fails(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error("It did not fail.");
}
