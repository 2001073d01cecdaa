import type { Transform } from "node:stream";
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import { Bytes, through } from "./source/bytes.ts";

/** How a layer is packed. Engines take each layer of an archive as it is. */
export type Packing = "gzip" | "zstd";

/** How hard it is tried: the slower the link, the harder. */
export const efforts = ["quick", "thorough"] as const;
export type Effort = (typeof efforts)[number];

/** zstd is in Node from 22.15 on. */
export function bestPacking(): Packing {
  return typeof createZstdCompress === "function" ? "zstd" : "gzip";
}

const levels = {
  zstd: { quick: 1, thorough: 3 },
  gzip: { quick: 1, thorough: 6 },
} as const;
/** What is packed costs by the piece as well: for each a thread is woken, and is waited for. */
const pieceSize = 1024 * 1024;
/** So many pieces: one is filled while others are packed. */
const pieceCount = 3;

function packer(packing: Packing, effort: Effort): Transform {
  const level = levels[packing][effort];
  const options = { chunkSize: pieceSize, readableHighWaterMark: pieceSize };
  if (packing === "gzip") return createGzip({ level, ...options });
  return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level }, ...options });
}

/** A layer packed, as it comes; `see` is shown its plain bytes on the way. */
export async function* packed(
  plain: AsyncIterable<Buffer>,
  { packing, effort }: { packing: Packing; effort: Effort },
  see: (piece: Buffer) => void,
): AsyncGenerator<Buffer> {
  const transform = packer(packing, effort);
  const fed = feed(plain, transform, see);
  fed.catch((thrown: Error) => transform.destroy(thrown)); // and its reader hears of it
  try {
    yield* transform;
  } finally {
    transform.destroy();
  }
}

/** The same few buffers are filled again and again: a new one for each piece is work for whoever collects them. */
async function feed(
  plain: AsyncIterable<Buffer>,
  transform: Transform,
  see: (piece: Buffer) => void,
): Promise<void> {
  const free: Buffer[] = Array.from({ length: pieceCount }, () => Buffer.allocUnsafe(pieceSize));
  let wake = () => {};
  transform.once("close", () => wake());
  const next = async (): Promise<Buffer> => {
    for (;;) {
      if (transform.destroyed) throw new Error("nobody takes what is packed");
      const buffer = free.pop();
      if (buffer) return buffer;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const put = (buffer: Buffer, length: number) => {
    const piece = buffer.subarray(0, length);
    see(piece);
    transform.write(piece, () => {
      free.push(buffer);
      wake();
    });
  };
  let [filling, had] = [await next(), 0];
  for await (const piece of plain) {
    for (let from = 0; from < piece.length; ) {
      const count = piece.copy(filling, had, from);
      [from, had] = [from + count, had + count];
      if (had < pieceSize) continue;
      put(filling, had);
      [filling, had] = [await next(), 0];
    }
  }
  if (had > 0) put(filling, had);
  else free.push(filling);
  // Told of the end while it still has a piece, it packs that one in another way: the same layer has to become the same
  // bytes each time, for what has arrived of it is gone on with.
  for (let taken = 0; taken < pieceCount; taken++) await next();
  transform.end();
}

const magic = { gzip: Buffer.from([0x1f, 0x8b]), zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) };

/** Bytes as they were before they were packed, whichever way that was. */
export async function* unpacked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const bytes = new Bytes(source);
  const head = await bytes.take(4);
  const all = async function* () {
    yield head;
    yield* bytes.rest();
  };
  if (head.subarray(0, 2).equals(magic.gzip)) yield* through(all(), createGunzip());
  else if (!head.equals(magic.zstd)) yield* all();
  else if (typeof createZstdDecompress === "function") yield* through(all(), createZstdDecompress());
  else throw new Error("this layer is packed with zstd, which Node reads from 22.15 on");
}
