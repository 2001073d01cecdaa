import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { linesOf } from "../../../src/engine/docker/lines.ts";

async function all(stream: PassThrough): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(stream)) lines.push(line);
  return lines;
}

test("lines end with their stream", async () => {
  const stream = new PassThrough();
  stream.end("one\ntwo");
  assert.deepEqual(await all(stream), ["one", "two"]);
});

test("and where it is destroyed, also before anything came", { timeout: 5000 }, async () => {
  const stream = new PassThrough();
  setImmediate(() => stream.destroy());
  assert.deepEqual(await all(stream), []);
});
