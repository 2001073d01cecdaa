// The suite inside the real extension host, each of its tests counted as one of ours.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inHost } from "../rig/editor/host.ts";
import { packExtension } from "../rig/editor/pack.ts";
import { bundleSuite } from "./host/bundle.ts";
import type { HostTest } from "./host/index.ts";

const root = join(import.meta.dirname, "../..");

test("inside the extension host", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "sistership-suite-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  await packExtension(); // dist/ is what the host loads
  const result = join(home, "result.json");
  const env = { SISTERSHIP_HOST_RESULT: result, XDG_STATE_HOME: join(home, "state") };
  const { code, log } = await inHost({ suite: await bundleSuite(), extension: root, folder: home, env });
  const tests: HostTest[] = JSON.parse(readFileSync(result, "utf8"));
  assert.ok(tests.length > 0, log.join("\n"));
  for (const { name, failure } of tests) {
    await t.test(name, () => {
      if (failure) assert.fail(failure);
    });
  }
  assert.equal(code, tests.some(({ failure }) => failure) ? 1 : 0);
});
