import assert from "node:assert/strict";
import { test } from "node:test";
import { readLock } from "../../../src/engine/blueprint/index.ts";

test("a lock says which digest each base image is held at", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  assert.deepEqual(readLock(`images:\n  node:24-bookworm-slim: ${digest}\n`), {
    "node:24-bookworm-slim": digest,
  });
  assert.deepEqual(readLock(""), {});
  assert.throws(() => readLock("images:\n  node:24: latest\n"));
});
