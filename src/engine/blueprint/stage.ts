import { fault } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";

/** The profile as one of its stages runs it: the stage's variables stand before all others. */
export function onStage(profile: Profile, name: string): Profile {
  const stage = Object.hasOwn(profile.stages, name) ? profile.stages[name] : undefined;
  if (stage === undefined) throw fault("no-such-stage", [name, Object.keys(profile.stages).join(", ")]);
  return {
    ...profile,
    processes: Object.fromEntries(
      Object.entries(profile.processes).map(([key, process]) => [
        key,
        { ...process, env: { ...process.env, ...stage.env } },
      ]),
    ),
  };
}
