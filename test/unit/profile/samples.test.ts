import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { detect, parseProfile, writeProfile } from "../../../src/engine/profile/index.ts";

const apps = join(import.meta.dirname, "../../apps");

describe("the sample applications", () => {
  for (const name of readdirSync(apps, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    test(`${name.name} is understood without a question`, async () => {
      const found = await detect(join(apps, name.name));
      assert.notEqual(found.confidence, "none");
      assert.deepEqual(found.questions, []);
      const parsed = parseProfile(writeProfile(found.profile));
      assert.ok(parsed.ok, JSON.stringify(parsed.problems));
    });
  }
});
