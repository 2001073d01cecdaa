import { Transform } from "node:stream";
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress, gzipSync, zstdCompressSync } from "node:zlib";
import { Bytes, through } from "./source/bytes.ts";

/** How bytes are packed on their way. Pieces of one packing, one after the other, are a whole of that packing. */
export type Packing = "zstd" | "gzip";

/** How hard it is tried: the slower the link, the harder. */
export type Effort = "stored" | "quick" | "thorough";

/** The best that this Node can: zstd came with 22.15. Engines unpack both. */
export const packing = (): Packing => (typeof createZstdCompress === "function" ? "zstd" : "gzip");

const levels = {
  zstd: { quick: 1, thorough: 6 },
  gzip: { quick: 1, thorough: 6 },
} as const;

/** Several processors at hand do not help here: these work on one at a time. */
export function pack(packing: Packing, effort: Effort): Transform {
  const chunkSize = 256 * 1024;
  if (packing === "gzip") return createGzip({ level: effort === "stored" ? 0 : levels.gzip[effort], chunkSize });
  if (effort === "stored") return stored();
  return createZstdCompress({
    chunkSize,
    params: { [constants.ZSTD_c_compressionLevel]: levels.zstd[effort] },
  });
}

/** A few bytes that stand between layers. */
export function packSmall(packing: Packing, bytes: Uint8Array): Buffer {
  return packing === "gzip" ? gzipSync(bytes) : zstdCompressSync(bytes);
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
  else if (packing() === "zstd") yield* through(all(), createZstdDecompress());
  else throw new Error("this layer is packed with zstd, which Node reads from 22.15 on");
}

const blockSize = 128 * 1024;

/** Zstandard that packs nothing: where the link is faster than packing, the engine still gets one kind of stream. */
function stored(): Transform {
  let began = false;
  const begin = () => {
    if (began) return Buffer.alloc(0);
    began = true;
    // no checksum, no size, a window of 128 KB
    return Buffer.concat([magic.zstd, Buffer.from([0x00, 7 << 3])]);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      this.push(begin());
      for (let at = 0; at < chunk.length; at += blockSize) {
        const piece = chunk.subarray(at, at + blockSize);
        this.push(blockHead(piece.length, false));
        this.push(piece);
      }
      done();
    },
    flush(done) {
      this.push(Buffer.concat([begin(), blockHead(0, true)]));
      done();
    },
  });
}

function blockHead(size: number, last: boolean): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (last ? 1 : 0), 0, 3);
  return head;
}
