import type { Machine } from "../../../src/engine/docker/index.ts";
import { operate } from "../../../src/engine/process/index.ts";
import {
  type Asker,
  facts,
  join,
  type Pool,
  pool as poolOf,
  saveAndLoad,
  setUp,
  setUpPlan,
} from "../../../src/engine/server/index.ts";
import type { Engine } from "../docker/engine.ts";
import type { Spec } from "../servers/server.ts";
import { type Servers, servers } from "../servers/servers.ts";

/** Servers that were set up and belong together, and the connections of a teammate to them. */
export type Group<S extends readonly Spec[]> = Servers<S> & { pool: Pool };

const nobody: Asker = {
  trust: async () => false,
  passphrase: async () => undefined,
  password: async () => undefined,
  sudo: async () => undefined,
};

/** A teammate: connections of their own. */
export function connections({ sshConfig }: { sshConfig: string }, home: string): Pool {
  const place = { home, user: "nobody", hostname: "here", env: {}, platform: process.platform };
  return poolOf({ ...place, configFile: sshConfig }, nobody);
}

/** What a user has before they deploy for the first time: the first server leads, the others have joined it. */
export async function group<const S extends readonly Spec[]>(
  specs: S,
  place: { engine: Engine; home: string },
): Promise<Group<S>> {
  const made = await joinable(specs, place);
  try {
    const carry = saveAndLoad(userOf(place));
    const { signal } = new AbortController();
    const [first, ...others] = made.servers.map(({ name }) => ({ name, address: name }));
    await operate({ title: "join", about: "servers", signal, report: () => {} }, async (task) => {
      if (first === undefined) return;
      for (const target of others) await join({ pool: made.pool, target, carry }, first, {}, task);
    });
    return made;
  } catch (thrown) {
    await made[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** The first server leads, and the others have not joined it yet. */
export async function joinable<const S extends readonly Spec[]>(
  specs: S,
  { engine, home }: { engine: Engine; home: string },
): Promise<Group<S>> {
  const fleet = await servers(specs, { engine });
  const pool = connections(fleet, home);
  const dispose = async () => {
    await pool[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
  };
  const carry = saveAndLoad(userOf({ engine, home }));
  const { signal } = new AbortController();
  try {
    const [name] = fleet.servers.map((server) => server.name);
    if (name !== undefined) {
      const target = { name, address: name };
      const plan = setUpPlan(name, await facts(await pool.link(target, signal), { signal, root: true }));
      await operate({ title: "set up", about: name, signal, report: () => {} }, (task) =>
        setUp({ pool, target, carry }, plan, task),
      );
    }
    return { ...fleet, pool, [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

export const userOf = ({ engine, home }: { engine: Engine; home: string }): Machine => ({
  env: { ...process.env, ...engine.env },
  home,
  platform: process.platform,
});
