import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, parseVersion } from "../../rig/docker/version.ts";

test("versions are read from what programs say of themselves", () => {
  assert.deepEqual(parseVersion("26.1.5+dfsg1"), [26, 1, 5]);
  assert.deepEqual(parseVersion("v2.26.1-4"), [2, 26, 1]);
  assert.deepEqual(parseVersion("Docker version 28.2.2, build e6534b4"), [28, 2, 2]);
  assert.deepEqual(parseVersion("github.com/docker/buildx 0.13.1+ds1 0.13.1"), [0, 13, 1]);
  assert.equal(parseVersion("dev"), undefined);
});

test("versions are compared number by number", () => {
  const newEnough = ["26.1", "26.1.0", "26.1.5+dfsg1", "26.10.0", "27.0.1", "100.0"];
  const tooOld = ["26.0.9", "25.9.9", "20.10.24+dfsg1", "2.61", "dev", ""];
  for (const version of newEnough) assert.ok(atLeast(version, "26.1"), version);
  for (const version of tooOld) assert.ok(!atLeast(version, "26.1"), version);
  assert.ok(!atLeast("26.1", "26.1.1"));
});
