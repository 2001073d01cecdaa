import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { digestOf } from "../../../src/engine/image/digest.ts";
import { packed, unpacked } from "../../../src/engine/image/packing.ts";
import { piecesOf, whole } from "../../../src/engine/image/source/bytes.ts";

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("packing a layer", () => {
  for (const packing of ["zstd", "gzip"] as const)
    for (const length of [0, 1, 1024 * 1024, 9_000_001])
      test(`${length} bytes by ${packing} come out as they were, and are seen on the way`, async () => {
        const bytes = randomBytes(length);
        const seen: Buffer[] = [];
        // what is seen is filled anew later: a copy is kept
        const see = (piece: Buffer) => void seen.push(Buffer.from(piece));
        const wrapped = packed(pieces(bytes, 70_000), { packing, effort: "quick" }, see);
        assert.ok((await whole(unpacked(wrapped))).equals(bytes));
        assert.ok(Buffer.concat(seen).equals(bytes));
      });

  test("makes the same bytes each time, however they come", async () => {
    const bytes = Buffer.from(randomBytes(3_000_000).toString("hex"));
    const made = async (size: number, restMs: number) => {
      const plain = async function* () {
        yield* pieces(bytes.subarray(0, -1), size);
        await setTimeout(restMs); // all that came before is packed by then, or is not
        yield bytes.subarray(-1);
      };
      return digestOf(await whole(packed(plain(), { packing: "zstd", effort: "quick" }, () => {})));
    };
    const all = [await made(70_000, 0), await made(6_000_000, 0), await made(6_000_000, 300)];
    assert.equal(new Set(all).size, 1);
  });

  test("fails as its source does", async () => {
    const failing = async function* () {
      yield randomBytes(3_000_000);
      throw new Error("the disk is gone");
    };
    const wrapped = packed(failing(), { packing: "gzip", effort: "quick" }, () => {});
    await assert.rejects(whole(wrapped), /the disk is gone/);
  });

  test("leaves its source when nobody reads on", async () => {
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const endless = async function* () {
      try {
        for (;;) yield randomBytes(100_000);
      } finally {
        leave();
      }
    };
    for await (const _ of packed(endless(), { packing: "gzip", effort: "quick" }, () => {})) break;
    await left;
  });
});

describe("the pieces of a stream", () => {
  test("come as they were written, also to a slow reader", async () => {
    const stream = new PassThrough();
    const bytes = randomBytes(5_000_000);
    void (async () => {
      for await (const piece of pieces(bytes, 50_000))
        if (!stream.write(piece)) await new Promise((resolve) => stream.once("drain", resolve));
      stream.end();
    })();
    const read: Buffer[] = [];
    for await (const piece of piecesOf(stream)) {
      read.push(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(Buffer.concat(read).equals(bytes));
  });

  test("end with the stream's failure, after what came before it", async () => {
    const stream = new PassThrough();
    stream.write("before");
    const read: string[] = [];
    const reading = (async () => {
      for await (const piece of piecesOf(stream)) {
        read.push(String(piece));
        stream.destroy(new Error("cut"));
      }
    })();
    await assert.rejects(reading, /cut/);
    assert.deepEqual(read, ["before"]);
  });

  test("are not waited for where the stream is closed before its end", async () => {
    const stream = new PassThrough();
    const reading = whole(piecesOf(stream));
    stream.destroy();
    await assert.rejects(reading, /closed before its end/);
  });
});
