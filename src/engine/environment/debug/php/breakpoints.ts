import { z } from "zod";
import type { Dbgp } from "./dbgp.ts";

export const lineBreakpoint = z.object({
  line: z.number(),
  condition: z.string().optional(),
  hitCondition: z.string().optional(),
});
export type LineBreakpoint = z.infer<typeof lineBreakpoint>;

/** All that a run is to stop at: by the names of files inside, and kinds of exceptions. */
export interface Stops {
  lines: Map<string, readonly LineBreakpoint[]>;
  exceptions: readonly string[];
}

/** What one run was told to stop at: the ids it gave, by file, and of exceptions. */
export class Told {
  readonly #run: Dbgp;
  readonly #ids = new Map<string, string[]>();

  constructor(run: Dbgp) {
    this.#run = run;
  }

  async all(stops: Stops): Promise<void> {
    for (const file of stops.lines.keys()) await this.lines(file, stops);
    await this.exceptions(stops);
  }

  async lines(file: string, { lines }: Stops): Promise<void> {
    await this.#replace(
      file,
      (lines.get(file) ?? []).map((one) => () => this.#set(file, one)),
    );
  }

  async exceptions({ exceptions }: Stops): Promise<void> {
    const set = (name: string) => () => this.#run.ask("breakpoint_set", { t: "exception", x: name });
    await this.#replace("", exceptions.map(set));
  }

  async #replace(key: string, sets: readonly (() => ReturnType<Dbgp["ask"]>)[]): Promise<void> {
    for (const id of this.#ids.get(key) ?? []) await this.#run.ask("breakpoint_remove", { d: id });
    const ids: string[] = [];
    for (const set of sets) ids.push((await set()).attributes.id ?? "");
    this.#ids.set(key, ids);
  }

  #set(file: string, { line, condition, hitCondition }: LineBreakpoint) {
    const [, operator = ">=", count] = /^(>=|==|%)?\s*(\d+)$/.exec(hitCondition?.trim() ?? "") ?? [];
    const hits = count === undefined ? {} : { h: count, o: operator };
    const kind = condition === undefined ? "line" : "conditional";
    return this.#run.ask("breakpoint_set", { t: kind, f: file, n: line, ...hits }, condition);
  }
}
