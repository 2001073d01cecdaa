import { createHash } from "node:crypto";
import { once } from "node:events";
import { fault } from "../../process/index.ts";
import type { Link } from "../../server/index.ts";
import { type BlobCache, LayerLost } from "../cache.ts";
import type { Incoming } from "../incoming.ts";
import type { LayerMeter } from "../meter.ts";
import { type Folder, inFolder } from "./folder.ts";
import { roomFault } from "./room.ts";

interface Upload {
  link: Link;
  folder: Folder;
  /** What it is called there. */
  name: string;
  blob: Incoming;
  cache: BlobCache;
  signal: AbortSignal;
  meter: LayerMeter;
  stallMs: number;
  /** Called when all of it was sent, and only looking at it is left: the next may have the line. */
  onSent: () => void;
}

/**
 * Takes a blob to a server, from where it stopped the last time. What lay on a disk there since then is compared there;
 * what went over in one go is known by what was sent, for the connection changes no byte, and an engine that loads a
 * layer compares it once more.
 */
export async function upload(wanted: Upload): Promise<void> {
  const { link, folder, name, blob, cache, meter, onSent, signal } = wanted;
  const part = `${name}.part`;
  if (folder.files.has(name) && (await isSound(wanted, name))) {
    meter.there((await blob.done).bytes);
    return onSent();
  }
  let from = folder.files.get(part) ?? 0;
  for (let round = 0; round < 2; round++) {
    const sent = await append(wanted, from);
    onSent();
    const { digest, bytes } = await blob.done;
    const arrived =
      from > 0
        ? await isSound(wanted, part)
        : (sent ?? digest) === digest && (await isComplete(wanted, part, bytes));
    if (arrived) return;
    // What had arrived before is not ours, or one of two disks is wrong.
    await link.run(inFolder(folder, 'rm -f "$1"', part), { signal });
    if (!(await cache.check(await blob.done))) throw new LayerLost(`layer ${name} was damaged in the cache`);
    from = 0;
  }
  throw new Error(`layer ${name} arrives damaged`);
}

/**
 * Each byte goes to its own place: a writer of a connection that was lost may still write what was on its way, and then
 * writes the same. Answers with the digest of what was sent, of a layer that lay in the cache.
 */
async function append(
  { link, folder, name, blob, signal, meter, stallMs }: Upload,
  from: number,
): Promise<string | undefined> {
  const hash = blob.kept ? createHash("sha256") : undefined;
  const stalled = new AbortController();
  const either = AbortSignal.any([signal, stalled.signal]);
  const place =
    'LC_ALL=C dd of="$1" bs=256k seek="$2" iflag=fullblock oflag=seek_bytes conv=notrunc status=none';
  const writing = await link.start(inFolder(folder, place, `${name}.part`, String(from)), { signal: either });
  const said: Buffer[] = [];
  writing.stderr.on("data", (piece: Buffer) => said.push(piece));
  writing.stdout.resume();
  let timer: NodeJS.Timeout | undefined;
  /** While it is the server's turn; how long a layer takes to be got here is another matter. */
  const inTime = async <T>(turn: Promise<T>): Promise<T> => {
    timer = setTimeout(() => stalled.abort(), stallMs);
    try {
      return await turn;
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    meter.there(from);
    for await (const piece of blob.read(from, either)) {
      hash?.update(piece);
      if (!writing.stdin.write(piece)) {
        const drained = once(writing.stdin, "drain", { signal: either });
        drained.catch(() => {}); // the exit says why
        await inTime(Promise.race([drained, writing.exited]));
        if (writing.stdin.destroyed || writing.stdin.writableNeedDrain) break;
      }
      meter.sent(piece.length);
    }
    writing.stdin.end();
    const { code } = await inTime(writing.exited);
    if (code === 0) return hash && `sha256:${hash.digest("hex")}`;
    const words = Buffer.concat(said).toString().trim();
    throw /No space left/.test(words)
      ? await roomFault(link, folder, (await blob.done).bytes, signal)
      : fault("program-failed", ["dd", `failed on ${link.target.name}`, words]);
  } catch (thrown) {
    if (signal.aborted) throw fault("cancelled", ["Sending"], { cause: thrown });
    if (stalled.signal.aborted)
      throw fault("sending-stalled", [link.target.name, stallMs / 1000], { cause: thrown });
    throw thrown;
  }
}

async function isSound(wanted: Upload, file: string): Promise<boolean> {
  const { digest } = await wanted.blob.done;
  return takes(wanted, 'echo "$3  $1" | sha256sum -c --status', file, digest.slice("sha256:".length));
}

const isComplete = (wanted: Upload, file: string, bytes: number) =>
  takes(wanted, '[ "$(stat -c %s "$1")" = "$3" ]', file, String(bytes));

/** Whether a file there is what it is to be; then it gets its name. */
async function takes({ link, folder, name, signal }: Upload, check: string, file: string, is: string) {
  const script = `${check} || exit 1; [ "$1" = "$2" ] || mv -f "$1" "$2"`;
  const { code } = await link.run(inFolder(folder, script, file, name, is), { signal, accept: [0, 1] });
  return code === 0;
}
