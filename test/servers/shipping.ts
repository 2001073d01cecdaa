import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type Docker from "dockerode";
import { type Proof, prepare, ship, type Yard, yardOf } from "../../src/engine/image/index.ts";
import { operate, type Report, run } from "../../src/engine/process/index.ts";
import { type Asker, type Link, type Pool, pool } from "../../src/engine/server/index.ts";
import type { Engine } from "../rig/docker/engine.ts";
import { labelArgs } from "../rig/docker/labels.ts";
import type { Server } from "../rig/servers/server.ts";

const nobody: Asker = {
  trust: async () => false,
  passphrase: async () => undefined,
  password: async () => undefined,
  sudo: async () => undefined,
};

/** Connections to the servers of a fleet, made by what we ship. */
export function poolOf(sshConfig: string, asker: Partial<Asker> = {}): Pool {
  return pool(
    {
      configFile: sshConfig,
      home: dirname(sshConfig),
      user: "root",
      hostname: hostname(),
      env: {},
      platform: process.platform,
    },
    { ...nobody, ...asker },
  );
}

/** A folder for a test's caches and an engine to ship from. */
export function yardIn(
  folder: string,
  docker: Docker,
  options: { limit?: number; stallMs?: number } = {},
): Yard {
  return yardOf({ docker, cacheFolder: folder, ...options });
}

/** Ships, and tells what was planned, what was reported and what is proved. */
export async function shipTo(
  yard: Yard,
  links: readonly Link[],
  image: string,
  as: string,
  {
    signal = new AbortController().signal,
    onReport = () => {},
  }: {
    signal?: AbortSignal;
    onReport?: (report: Report) => void;
  } = {},
): Promise<{ proofs: Proof[]; planned: number[]; reports: Report[] }> {
  const reports: Report[] = [];
  const report = (one: Report) => {
    reports.push(one);
    onReport(one);
  };
  await using shipment = await prepare(yard, { image, as }, links, signal);
  const planned = shipment.servers.map(({ bytes }) => bytes);
  const proofs = await operate({ title: "Ship", about: as, signal, report }, (task) =>
    ship(yard, shipment, task),
  );
  return { proofs, planned, reports };
}

/** What an engine was given to load since then, as it tells itself. */
export async function loadsOn({ inside }: Server, since: number): Promise<string[]> {
  const line = `docker events --since ${since / 1000} --until $(date +%s.%N) --filter type=image --filter event=load`;
  return (await inside(["sh", "-c", line])).stdout.split("\n").filter((told) => told !== "");
}

/** Layers by their files: sizes in bytes, of bytes that nothing packs, or of one letter that anything packs. */
type Layer = Readonly<Record<string, number | string>>;

/** An image of some layers on a small base, gone at the end of its block. */
export async function imageOf(
  engine: Engine,
  name: string,
  layers: readonly Layer[],
  ...more: string[]
): Promise<{ name: string } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), "sistership-image-"));
  try {
    const lines = layers.map((layer, at) => {
      for (const [file, content] of Object.entries(layer)) {
        const path = join(folder, String(at), file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, typeof content === "string" ? content : randomBytes(content));
      }
      return `COPY ${at} /layer-${at}`;
    });
    writeFileSync(
      join(folder, "Dockerfile"),
      ["FROM busybox:1", ...lines, ...more, 'CMD ["sleep", "60"]', ""].join("\n"),
    );
    const args = [
      "buildx",
      "build",
      "--load",
      "--provenance=false",
      "--quiet",
      ...labelArgs(),
      "--tag",
      name,
      folder,
    ];
    await run({ program: "docker", args, env: engine.env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const remove = { program: "docker", args: ["image", "rm", "--force", name], env: engine.env };
  return { name, [Symbol.asyncDispose]: async () => void (await run(remove)) };
}
