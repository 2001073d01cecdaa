import { template } from "../../blueprint/index.ts";
import type { Link } from "../../server/index.ts";
import { type Place, stateFolder } from "../place.ts";

/** Somebody else was there first. */
const forestalled = 75;

/** The memory of a place on its server: one script, run there as root, in which one caller at a time has its way. */
export interface Memory {
  readonly place: Place;
  /** What the script printed; undefined where somebody else was there first. Contents go by standard input. */
  ask(verb: Verb, args: readonly string[], signal: AbortSignal, contents?: string): Promise<Answer>;
}

export interface Answer {
  forestalled: boolean;
  text: string;
}

type Verb = "lock" | "beat" | "unlock" | "who" | "append" | "release" | "journal" | "releases" | "forget";

export function memoryOn(link: Pick<Link, "run">, place: Place, folder: string = stateFolder(place)): Memory {
  const script = template("server/sistership-state");
  return {
    place,
    async ask(verb, args, signal, contents) {
      const bytes = contents === undefined ? [] : [String(Buffer.byteLength(contents))];
      const { code, stdout } = await link.run(
        {
          program: "sh",
          args: ["-c", script, "sistership-state", folder, verb, ...args, ...bytes],
          ...(contents === undefined ? {} : { input: contents }),
          root: true,
        },
        { signal, timeoutMs: 30_000, accept: [0, forestalled] },
      );
      return { forestalled: code === forestalled, text: stdout };
    },
  };
}
