import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apply, projectStatus } from "../../../src/engine/blueprint/index.ts";
import type { Machine } from "../../../src/engine/docker/index.ts";
import { Fault, operate, type Report, type Task } from "../../../src/engine/process/index.ts";
import { fromHere, type Ground, ground as groundOf, type Order } from "../../../src/engine/release/index.ts";
import type { Pool } from "../../../src/engine/server/index.ts";
import type { Engine } from "../docker/engine.ts";
import { image } from "../images/image.ts";
import { cloneSample } from "../project.ts";
import { dockerOf } from "../servers/docker.ts";
import type { Server } from "../servers/server.ts";
import { connections, group } from "./group.ts";

/** An application on a stage of servers that were set up: what a user has before they press Deploy. */
export interface Stage extends AsyncDisposable {
  /** The first of its servers. */
  server: Server;
  servers: readonly Server[];
  sshConfig: string;
  folder: string;
  /** Whoever works here; what they keep lies in their home, beside the project. */
  user: Machine;
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

interface Wanted {
  /** How the sample's main process is asked how it is, instead of what was detected. */
  health?: string;
  stages: string;
  /** Instead of a sample: a project's files, its sistership.yaml without stages among them. */
  files?: Readonly<Record<string, string>>;
  /** How many servers there are, in one group: docker, docker-2… */
  count?: number;
}

export async function stageOf(
  rig: Engine,
  sample: string,
  name: string,
  { health, stages, files, count = 1 }: Wanted,
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
  const images = ["caddy:2", "node:22-bookworm-slim", ...(files === undefined ? ["postgres:17"] : [])];
  for (const one of images) await image(one, { engine: rig });

  const fleet = await group(
    Array.from({ length: count }, () => "docker" as const),
    { engine: rig, home: root },
  );
  const { pool } = fleet;
  const [server] = fleet.servers;
  if (server === undefined) throw new Error("A stage has a server.");
  const teammate = () => connections(fleet, root);
  const target = (called: string) => ({ name: called, address: called });
  // what is kept for later shipments is this run's own, and goes with it
  const user: Machine = {
    env: {
      ...{ ...process.env, ...rig.env },
      ...{ XDG_CACHE_HOME: join(root, "cache"), XDG_STATE_HOME: join(root, "state") },
    },
    home: root,
    platform: process.platform,
  };
  const perform: Stage["perform"] = (
    work,
    { signal = new AbortController().signal, onReport = () => {} } = {},
  ) => operate({ title: "test", about: name, signal, report: onReport }, work);
  const { signal } = new AbortController();

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
    ...{ server, servers: fleet.servers, sshConfig: fleet.sshConfig },
    ...{ folder, user, teammate, pool, perform, ground },
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
      await fleet[Symbol.asyncDispose]();
      await forgetImages(rig, name);
      rmSync(root, { recursive: true });
    },
  };
}

/** What was built here for a project, under whatever tag. */
async function forgetImages(rig: Engine, name: string): Promise<void> {
  const docker = dockerOf(rig);
  const { stdout } = await docker(["images", "--quiet", "--filter", `reference=${name}-web`]);
  const ids = [...new Set(stdout.split("\n").filter((id) => id !== ""))];
  if (ids.length > 0) await docker(["rmi", "--force", ...ids], { accept: [0, 1] });
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
