import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Blob } from "../../../src/engine/image/cache.ts";
import { blobDigest, diffId, digestOf } from "../../../src/engine/image/digest.ts";
import { Incoming } from "../../../src/engine/image/incoming.ts";
import { whole } from "../../../src/engine/image/source/bytes.ts";

const never = new AbortController().signal;

describe("a layer that is read while it is packed", () => {
  const home = mkdtempSync(join(tmpdir(), "sistership-incoming-"));
  after(() => rmSync(home, { recursive: true, force: true }));
  const bytes = randomBytes(12_000_000); // more than is kept at hand

  let turn = 0;
  /** One that grows when it is told to. */
  function growing() {
    const file = join(home, String(++turn));
    const part = `${file}.part`;
    writeFileSync(part, "");
    let resolve: (blob: Blob) => void = () => {};
    let reject: (reason: Error) => void = () => {};
    const done = new Promise<Blob>((onDone, onFailed) => {
      [resolve, reject] = [onDone, onFailed];
    });
    const incoming = new Incoming(part, "quick", done);
    return {
      incoming,
      grow(from: number, to: number) {
        appendFileSync(part, bytes.subarray(from, to));
        incoming.grow(bytes.subarray(from, to));
      },
      end() {
        renameSync(part, file);
        const digest = digestOf(bytes);
        const of = {
          layer: diffId.parse(digest),
          digest: blobDigest.parse(digest),
          effort: "quick" as const,
        };
        resolve({ ...of, bytes: bytes.length, plainBytes: bytes.length, packing: "zstd", file });
      },
      fail: (reason: Error) => reject(reason),
    };
  }

  for (const from of [0, 1, 3_000_000, 11_999_999])
    test(`is whole from byte ${from} on for who keeps up, and for who comes late`, async () => {
      const { incoming, grow, end } = growing();
      const early = whole(incoming.read(from, never));
      for (let at = 0; at < bytes.length; at += 700_000) {
        grow(at, Math.min(at + 700_000, bytes.length));
        await setImmediate();
      }
      const late = whole(incoming.read(from, never));
      await setImmediate();
      end();
      const after = whole(incoming.read(from, never));
      for (const read of await Promise.all([early, late, after]))
        assert.ok(read.equals(bytes.subarray(from)));
    });

  test("is read by who stays behind, from the file", async () => {
    const { incoming, grow, end } = growing();
    const reading = incoming.read(0, never);
    grow(0, 100);
    const { value: first } = await reading.next();
    grow(100, 6_000_000);
    grow(6_000_000, bytes.length);
    end();
    const rest = await whole(reading);
    assert.ok(Buffer.concat([first ?? Buffer.of(), rest]).equals(bytes));
  });

  test("fails for its readers as it fails", async () => {
    const { incoming, grow, fail } = growing();
    const reading = whole(incoming.read(0, never));
    grow(0, 100);
    fail(new Error("the store is gone"));
    await assert.rejects(reading, /the store is gone/);
  });

  test("is left by who is cancelled while it waits", async () => {
    const { incoming } = growing();
    const cancel = new AbortController();
    const reading = whole(incoming.read(0, cancel.signal));
    await setImmediate();
    cancel.abort(new Error("cancelled"));
    await assert.rejects(reading, /cancelled/);
  });
});
