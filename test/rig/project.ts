import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { layout } from "../../src/engine/blueprint/index.ts";
import { type Here, reset } from "../../src/engine/environment/index.ts";
import { Fault, operate } from "../../src/engine/process/index.ts";
import { detect, parseProfile, writeProfile } from "../../src/engine/profile/index.ts";
import type { Engine } from "./docker/engine.ts";
import { rigLabels } from "./docker/labels.ts";
import { image } from "./images/image.ts";

/** A sample application as one has just cloned it, with the profile that was detected. */
export async function cloneSample(sample: string, folder: string, name = sample): Promise<void> {
  const from = join(import.meta.dirname, "../apps", sample);
  cpSync(from, folder, { recursive: true, filter: (path) => !/(^|\/)(node_modules|vendor)$/.test(path) });
  const { profile } = await detect(folder);
  writeFileSync(join(folder, "sistership.yaml"), writeProfile({ ...profile, name }));
}

/** What an environment makes in Docker is found again by the rig's labels, which the user's own Compose file adds. */
export function labelEnvironment(folder: string): void {
  const parsed = parseProfile(readFileSync(join(folder, "sistership.yaml"), "utf8"));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { processes, services, setups, workspace, release, seeds, tests } = layout(parsed.profile);
  const names = [
    ...[...processes, ...services, ...seeds, workspace.service, ...(release ? [release] : [])],
    ...[...setups, ...tests].map(({ service }) => service),
  ];
  const labels = rigLabels();
  mkdirSync(join(folder, ".sistership"), { recursive: true });
  writeFileSync(
    join(folder, ".sistership/compose.override.yaml"),
    stringify({
      services: Object.fromEntries(names.map((name) => [name, { labels }])),
      networks: { default: { labels } },
    }),
  );
}

/** A folder on this machine, of a user whose state lies where it is said. */
export function hereIn(folder: string, engine: Engine, state: string): Here {
  const env = { ...process.env, ...engine.env, XDG_STATE_HOME: state };
  return { folder, machine: { env, home: homedir(), platform: process.platform } };
}

export async function prepareImages(names: readonly string[], engine: Engine): Promise<void> {
  for (const name of names) await image(name, { engine });
}

/** Takes an environment down with all its data, and says nothing of it. */
export async function clear(here: Here): Promise<void> {
  const options = {
    title: "reset",
    about: here.folder,
    report: () => {},
    signal: new AbortController().signal,
  };
  try {
    await operate(options, (task) => reset(here, task));
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !["not-up", "no-profile"].includes(thrown.code)) throw thrown; // it never was
  }
}
