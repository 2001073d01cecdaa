import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Phase, Place, Told } from "./visitors.ts";

/** A crowd that visits a place without rest, from a process of its own. */
export interface Crowd extends AsyncDisposable {
  /** What was met with since the last phase began. */
  phase(name: string): Promise<Phase>;
  readonly phases: ReadonlyMap<string, Phase>;
  /** When the last answer of an older version came and the new one was there: by then all are new. */
  allAre(version: string): number | undefined;
}

export function crowdAt(place: Place): Crowd {
  const child = fork(join(import.meta.dirname, "visitors.ts"), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const phases = new Map<string, Phase>();
  const say = (told: Told) => child.send(told);
  say({ do: "visit", place });
  const keep = async (name: string, told: Told) => {
    say(told);
    const [met] = (await once(child, "message")) as [Phase];
    phases.set(name, met);
    return met;
  };
  return {
    phases,
    phase: (name) => keep(name, { do: "phase", name }),
    allAre(version) {
      const all = [...phases.values()].flatMap(({ versions }) => Object.entries(versions));
      const first = all.find(([name]) => name === version)?.[1].first;
      if (first === undefined) return undefined;
      const older = all.filter(([name, { first: begun }]) => name !== version && begun < first);
      return Math.max(first, ...older.map(([, { last }]) => last));
    },
    async [Symbol.asyncDispose]() {
      const gone = once(child, "exit");
      await keep("the end", { do: "stop" });
      await gone;
    },
  };
}
