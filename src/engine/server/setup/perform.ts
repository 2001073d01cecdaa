import { createInterface } from "node:readline";
import { fault, format, type Line } from "../../process/index.ts";
import type { Link, Remote } from "../link.ts";
import { pause } from "../ssh/abort.ts";

interface Options {
  signal: AbortSignal;
  /** Told of every line as it comes. */
  onLine?: (line: Line) => void;
  /** Which operation it is part of, for the sentence of a failure. */
  what: string;
}

/** A machine that was just made installs its own updates first, and holds these locks for minutes. */
const busy = /Could not get lock|Unable to (acquire|lock)|is another process using it/;
const patienceMs = 300_000;

/** Runs a program there, and passes its lines on as they come. */
export async function perform(link: Link, remote: Remote, options: Options): Promise<void> {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    const { code, last } = await once(link, remote, options);
    if (code === 0) return;
    const said = last.join("\n");
    if (!busy.test(said) || Date.now() > giveUp) {
      const reason =
        last.findLast((text) => text.trim() !== "") ?? `${remote.program} ended with exit code ${code}`;
      const detail = { lastLines: [`$ ${format(remote)}`, ...last] };
      throw fault("set-up-failed", [link.target.name, options.what, reason], detail);
    }
    options.onLine?.({ from: "stderr", text: "Another program installs software just now; waiting for it." });
    await pause(3000, options.signal, options.what);
  }
}

async function once(link: Link, remote: Remote, { signal, onLine }: Options) {
  const running = await link.start(remote, { signal });
  if (remote.input === undefined) running.stdin.end();
  const last: string[] = [];
  const read = async (from: Line["from"]) => {
    for await (const text of createInterface({ input: running[from] })) {
      last.push(text);
      if (last.length > 20) last.shift();
      onLine?.({ from, text });
    }
  };
  const [{ code }] = await Promise.all([running.exited, read("stdout"), read("stderr")]);
  return { code, last };
}
