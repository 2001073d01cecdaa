import { once } from "node:events";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { fault } from "../../process/index.ts";
import type { Link } from "../../server/index.ts";
import { inPieces } from "../source/bytes.ts";
import { type Folder, inFolder } from "./folder.ts";
import { roomFault } from "./room.ts";

/** A part of an archive: bytes, or a layer that lies on the server. */
export type Part = { bytes: Buffer } | { file: string };

/** Loads what is small enough to be sent in one go, through the engine's API: no program is needed there. */
export async function loadDirectly(
  docker: Docker,
  parts: AsyncIterable<Part>,
  signal: AbortSignal,
): Promise<void> {
  const stream = Readable.from(inPieces(bytesOf(parts)), { objectMode: false });
  const answer = await docker.loadImage(stream, { quiet: true, ...{ abortSignal: signal } });
  let said = "";
  for await (const piece of answer) said += piece;
  const error = said.split("\n").flatMap((line) => errorIn(line))[0];
  if (error !== undefined) throw new Error(error);
}

async function* bytesOf(parts: AsyncIterable<Part>): AsyncGenerator<Buffer> {
  for await (const part of parts) if ("bytes" in part) yield part.bytes;
}

function errorIn(line: string): string[] {
  try {
    const { error } = JSON.parse(line) as { error?: string };
    return error === undefined ? [] : [error];
  } catch {
    return [];
  }
}

// "read" takes no byte beyond its line, so that what follows is left to "head".
const feed = `
feed() {
  while read -r what it; do
    case $what in
      bytes) head -c "$it" ;;
      file) cat "$it" || return ;;
      end) return ;;
    esac
  done
}
feed | LC_ALL=C docker load --quiet`;

/** Loads an archive that is put together on the server, out of what has arrived and what is sent while it is loaded. */
export async function loadThere(
  link: Link,
  folder: Folder,
  parts: AsyncIterable<Part>,
  needs: number,
  signal: AbortSignal,
): Promise<void> {
  const loading = await link.start(inFolder(folder, feed), { signal });
  const said: Buffer[] = [];
  for (const stream of [loading.stdout, loading.stderr])
    stream.on("data", (piece: Buffer) => said.push(piece));
  const write = async (piece: string | Buffer) => {
    if (loading.stdin.destroyed || loading.stdin.write(piece)) return;
    const drained = once(loading.stdin, "drain", { signal });
    drained.catch(() => {}); // the exit says why
    await Promise.race([drained, loading.exited]);
  };
  for await (const part of parts) {
    if ("file" in part) await write(`file ${part.file}\n`);
    else {
      await write(`bytes ${part.bytes.length}\n`);
      await write(part.bytes);
    }
  }
  await write("end\n");
  loading.stdin.end();
  const { code } = await loading.exited;
  if (code === 0) return;
  const words = Buffer.concat(said).toString().trim();
  if (/no space left/i.test(words)) throw await roomFault(link, folder, needs, signal);
  throw fault("program-failed", [
    "docker load",
    `failed on ${link.target.name} with exit code ${code}`,
    lastOf(words),
  ]);
}

const lastOf = (words: string) => words.split("\n").at(-1) ?? "";
