import { setTimeout as wait } from "node:timers/promises";
import { untilAborted } from "./aborted.ts";
import type { StampedLine } from "./demultiplex.ts";
import { Hold } from "./hold.ts";
import type { LogEvent, LogLine } from "./line.ts";
import { Merge } from "./merge.ts";
import type { Origin } from "./origin.ts";
import type { Reading } from "./read.ts";
import { statesOf, Watch } from "./watch.ts";

/** An engine that does not answer holds back the others' lines for no longer than this. */
const patienceMs = 5000;

/**
 * The lines of the containers of one engine or several, in the order of their times, in batches. Nothing more is read
 * while a batch is not asked for. Containers that appear, end and start again are followed, and so is an engine that goes
 * away and comes back, while the others go on. Throws where none was reached.
 */
export async function* gather(origins: readonly Origin[], reading: Reading): AsyncGenerator<LogEvent> {
  const { follow } = reading;
  const end = new AbortController();
  const signal = AbortSignal.any([reading.signal, end.signal]);
  const merge = new Merge<StampedLine>({ patient: !follow });
  const watches = origins.map((origin) => new Watch(origin, merge, { ...reading, signal }));
  const hold = follow && origins.length > 1 ? new Hold() : undefined;
  const impatient = setTimeout(() => {
    for (const watch of watches) watch.release();
  }, patienceMs);
  if (!follow) clearTimeout(impatient);
  let [told, states] = ["", ""];
  for (const watch of watches) void watch.run();
  try {
    while (!signal.aborted) {
      const more = merge.changed();
      const taken: readonly LogLine[] = merge.take();
      const lines = hold ? hold.pass(taken, performance.now()) : taken;
      if (lines.length > 0) yield { kind: "lines", lines };
      const processes = statesOf(watches);
      if (JSON.stringify(processes) !== states) {
        states = JSON.stringify(processes);
        yield { kind: "processes", processes };
      }
      const away = watches.flatMap(({ says }) => says ?? []).join(" ");
      const standing = away === "" && watches.every(({ is }) => is === "live") ? "live" : away;
      if (follow && standing !== told && standing !== "" && !watches.every(({ isStranger }) => isStranger)) {
        told = standing;
        yield {
          kind: "connection",
          ...(away === "" ? { state: "live" } : { state: "reconnecting", says: away }),
        };
      }
      if (lines.length > 0) continue;
      const failed = watches.find(({ is, isStranger }) => is === "failed" || isStranger);
      const over = follow
        ? watches.every(({ is, isStranger }) => is === "failed" || isStranger)
        : merge.empty && watches.every(({ is }) => is === "failed" || is === "done");
      if (over && failed?.fault) throw failed.fault;
      if (over) return;
      const due = hold?.due(performance.now());
      await untilAborted(
        signal,
        due === undefined ? more : Promise.race([more, wait(due, undefined, { ref: false })]),
      );
    }
  } finally {
    clearTimeout(impatient);
    end.abort();
  }
}
