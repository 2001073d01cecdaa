import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { detect, parseProfile, writeProfile } from "../../../src/engine/profile/index.ts";
import { cases } from "./detectCases.ts";
import { withTree } from "./tree.ts";

function mainOf({ profile }: Awaited<ReturnType<typeof detect>>) {
  const processes = profile.processes ?? {};
  return processes.web ?? Object.values(processes)[0];
}

describe("what a repository is made of", () => {
  for (const wanted of cases) {
    test(wanted.what, () =>
      withTree(wanted.files, async (dir) => {
        const found = await detect(dir);
        const main = mainOf(found);
        const { profile } = found;
        assert.equal(profile.runtime, wanted.runtime);
        if ("framework" in wanted) assert.equal(profile.framework, wanted.framework);
        if (wanted.manager !== undefined) assert.equal(found.manager, wanted.manager);
        if (wanted.run !== undefined) assert.equal(main?.run, wanted.run);
        if (wanted.serve !== undefined) assert.equal(main?.serve, wanted.serve);
        if ("port" in wanted) assert.equal(main?.port, wanted.port);
        if (wanted.health !== undefined) assert.equal(main?.health, wanted.health);
        if (wanted.build !== undefined) assert.equal(found.build, wanted.build);
        if (wanted.install !== undefined) assert.equal(profile.build?.install, wanted.install);
        if (wanted.release !== undefined) assert.equal(profile.release, wanted.release);
        if (wanted.processes !== undefined)
          assert.deepEqual(Object.keys(profile.processes ?? {}), wanted.processes);
        if (wanted.services !== undefined) {
          const kinds = Object.entries(profile.services ?? {}).map(([name, kind]) => [
            name,
            String(kind).split("@")[0],
          ]);
          assert.deepEqual(Object.fromEntries(kinds), wanted.services);
        }
        for (const [name, value] of Object.entries(wanted.env ?? {})) {
          assert.deepEqual(profile.env?.[name], value, name);
        }
        assert.deepEqual(found.questions, []);
        const parsed = parseProfile(writeProfile(profile));
        assert.deepEqual(
          parsed.problems.filter(({ code }) => code !== "ended-release"),
          [],
        );
        for (const { file, line, because } of found.evidence) {
          assert.ok(file !== "" && line >= 1 && because !== "", because);
        }
      }),
    );
  }
});
