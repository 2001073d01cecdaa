import { fault, type Task } from "../process/index.ts";
import type { Ground } from "./ground.ts";
import { given, keepValue } from "./ingredients.ts";
import { secretsOf } from "./swarm/kept.ts";

/** A variable whose value only the stage knows: which version is the newest, and since when. */
export interface SecretStatus {
  name: string;
  /** Absent where it has no value yet. */
  version?: number;
  at?: string;
}

/** The variables of a stage whose values stand in no file. Values are never handed out. */
export async function secretNames(ground: Ground, signal: AbortSignal): Promise<SecretStatus[]> {
  const [{ docker }] = ground.sites;
  const { secrets, missing } = await given(ground, signal);
  const kept = await secretsOf(docker, ground.place, signal);
  return [
    ...Object.entries(secrets).map(([name, { id }]) => {
      const one = kept.find((secret) => secret.id === id);
      return { name, ...(one ? { version: one.version, at: one.at } : {}) };
    }),
    ...missing.map((name) => ({ name })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Keeps a new value. What runs goes on with the one it has: the next release is given this one. */
export async function setSecret(ground: Ground, name: string, value: string, task: Task): Promise<void> {
  const known = (await secretNames(ground, task.signal)).map((one) => one.name);
  if (!known.includes(name)) throw fault("no-such-secret", [name, known.join(", ")]);
  await task.step(
    {
      id: "secret",
      title: `Keep ${name}`,
      why: "Swarm keeps it encrypted, and gives it to the application's containers in memory alone.",
    },
    async (step) => {
      const { name: kept } = await keepValue(ground, name, value, task.signal);
      step.says(`as ${kept}; the next deploy hands it over`);
    },
  );
}
