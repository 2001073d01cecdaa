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
const chunkSize = 256 * 1024;

export function pack(packing: Packing, effort: Effort): Transform {
  const level = levels[packing][effort];
  if (packing === "gzip") return createGzip({ level, chunkSize });
  return createZstdCompress({ chunkSize, params: { [constants.ZSTD_c_compressionLevel]: level } });
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
