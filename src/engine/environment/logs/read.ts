import type Docker from "dockerode";
import type { Bookmark } from "./bookmark.ts";
import { Demultiplexer, type StampedLine } from "./demultiplex.ts";
import type { Inlet } from "./merge.ts";
import { openLogs } from "./open.ts";
import type { Origin, Printer } from "./origin.ts";

export interface Reading {
  follow: boolean;
  /** Nothing from before this time. */
  since?: Date | undefined;
  /** Of what was printed before, only so many lines of each container. */
  tail?: number | undefined;
  signal: AbortSignal;
}

/** Reads one container until it ends, from where it was left. */
export async function read(
  docker: Docker,
  printer: Printer,
  bookmark: Bookmark,
  inlet: Inlet<StampedLine>,
  { follow, since, tail, onMounts, signal }: Reading & Pick<Origin, "onMounts">,
): Promise<void> {
  const left = bookmark.resume();
  const from = left ?? (since && String(since.getTime() / 1000));
  const source = await openLogs(docker, printer.id, {
    ...{ follow, signal },
    ...(from ? { since: from } : {}),
    ...(left === undefined && tail !== undefined ? { tail } : {}),
  });
  inlet.open();
  onMounts?.(printer.process, source.mounts);
  const cut = new Demultiplexer(printer, source);
  const give = async (lines: StampedLine[]) => {
    const fresh = shown(bookmark.fresh(lines), printer);
    if (fresh.length > 0) await inlet.push(fresh);
  };
  const destroy = () => source.stream.destroy();
  signal.addEventListener("abort", destroy, { once: true });
  try {
    for await (const chunk of source.stream) await give(cut.push(chunk));
    await give(cut.end());
  } finally {
    signal.removeEventListener("abort", destroy);
    source.stream.destroy();
  }
}

function shown(lines: StampedLine[], { read: make }: Printer): StampedLine[] {
  if (make === undefined) return lines;
  return lines.flatMap((line) => {
    const text = make(line.text);
    return text === undefined ? [] : [{ ...line, text }];
  });
}
