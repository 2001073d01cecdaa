import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stageRows } from "../../../src/editor/activity/stageRows.ts";
import { applicationRows } from "../../../src/editor/release/rows.ts";
import type { Looked, StageSeen } from "../../../src/editor/release/stages.ts";
import { stageText } from "../../../src/editor/release/stageText.ts";
import { Timeline } from "../../../src/editor/release/timeline.ts";
import type { Report, Step } from "../../../src/engine/process/index.ts";

const at = new Date(2026, 10, 27, 22, 31);
type Status = Looked["status"];

const replica = (more: Partial<Status["replicas"][number]> = {}): Status["replicas"][number] => ({
  ...{ process: "web", server: "fra1", state: "running", image: "sha256:0123456789abcdef", same: true },
  current: true,
  ...more,
});

function looked(status: Partial<Status> = {}, more: Partial<Looked> = {}): Looked {
  return {
    status: {
      ...{ app: "shop", stage: "production", at: at.toISOString(), releases: [12], stopped: false },
      ...{ replicas: [replica()], short: [], scheduled: [], source: { commit: "abc1234def", dirty: false } },
      ...status,
    },
    ...{ deeds: [], at, distance: { ahead: 0, behind: 3 } },
    ...more,
  };
}

function production(state?: StageSeen["state"], servers = ["fra1"]): StageSeen {
  return { folder: "/shop", app: "shop", stage: "production", servers, ...(state ? { state } : {}) };
}

describe("a stage below its server", () => {
  const row = (state?: StageSeen["state"], servers?: string[]) =>
    applicationRows("fra1", [production(state, servers)], [])[0]?.children?.[0];

  test("is grey before anybody has looked, and offers only what needs no looking", () => {
    assert.deepEqual([row()?.description, row()?.icon?.id], ["not looked at yet", "circle-outline"]);
    assert.deepEqual(row()?.facets, ["stage"]);
  });
  test("says that it was told to stop, which is no fault, and offers to start it", () => {
    const stopped = row({ is: "known", ...looked({ stopped: true, replicas: [] }) });
    assert.match(stopped?.description ?? "", /^release 12 · stopped · /);
    assert.equal(stopped?.icon?.id, "circle-outline");
    assert.ok(stopped?.facets?.includes("stopped"));
  });
  test("says its release, how many are well, whether the image is the one, and since when that is known", () => {
    const well = row({ is: "known", ...looked() });
    assert.match(well?.description ?? "", /^release 12 · 1 well · same image · .*31/);
    assert.equal(well?.icon?.id, "pass");
    const [web] = well?.children ?? [];
    assert.deepEqual([web?.description, web?.subject], ["1 of 1 well", "web"]);
    assert.equal(web?.children?.[0]?.description, "running · 0123456789ab as released");
  });
  test("is not green where another image runs, or fewer replicas than there should be", () => {
    const other = row({ is: "known", ...looked({ replicas: [replica({ same: false })] }) });
    assert.match(other?.description ?? "", /another image than was released/);
    assert.equal(other?.icon?.id, "error");
    const short = row({ is: "known", ...looked({ short: [{ process: "web", has: 1, wants: 3 }] }) });
    assert.match(short?.description ?? "", /1 of 3 well/);
    assert.equal(short?.icon?.id, "warning");
  });
  test("is grey again where its servers do not answer, with what was true before", () => {
    const gone = row({ is: "trouble", says: "fra1 could not be reached.", at, before: looked() });
    assert.match(gone?.description ?? "", /^unknown: fra1 could not be reached\. · before: release 12/);
    assert.equal(gone?.icon?.id, "circle-outline");
  });
  test("shows under each server the replicas that it has", () => {
    const both = looked({ replicas: [replica(), replica({ server: "fra2" })] });
    const [web] = row({ is: "known", ...both }, ["fra1", "fra2"])?.children ?? [];
    assert.equal(web?.description, "2 of 2 well, 1 here");
    assert.equal(web?.children?.length, 1);
  });
  test("stands before what else runs there", () => {
    const others = [
      { name: "shop", stage: "production", release: "12", services: ["shop-production-web"] },
      { name: "blog", stage: "production", release: "4", services: ["blog-production-web"] },
    ];
    assert.deepEqual(
      applicationRows("fra1", [production()], others).map(({ label, description }) => [label, description]),
      [
        ["shop", "1 stage"],
        ["blog", "production · release 4 · 1 service"],
      ],
    );
  });
});

describe("the status bar", () => {
  const said = (...all: StageSeen[]) => stageText(all);
  test("says nothing before anything is known", () => assert.equal(said(production()), undefined));
  test("says what runs where against the commit at hand, what people use first", () => {
    const staging = { ...production({ is: "known", ...looked({ releases: [13] }) }), stage: "staging" };
    const both = said(staging, production({ is: "known", ...looked() }));
    assert.equal(both?.text, "$(rocket) production: release 12, 3 commits behind");
    assert.match(both?.tooltip ?? "", /staging: release 13, 3 commits behind, asked at/);
  });
  test("says so where it is this commit, one that is not here, or none", () => {
    const text = (status: Partial<Status>, more: Partial<Looked> = {}) =>
      said(production({ is: "known", ...looked(status, more) }))?.text.replace("$(rocket) production: ", "");
    assert.equal(text({}, { distance: { ahead: 0, behind: 0 } }), "release 12, of this commit");
    const { distance: _, ...far } = looked();
    assert.equal(
      said(production({ is: "known", ...far }))?.text,
      "$(rocket) production: release 12, of a commit that is not here",
    );
    assert.equal(text({ source: { dirty: false } }), "release 12, of no commit");
    assert.equal(text({ releases: [] }), "nothing runs");
  });
});

describe("what a stage remembers", () => {
  test("is shown with who, what, how it ended and its steps; what goes on is told from what was cut short", () => {
    const deed = { at: at.toISOString(), began: at.toISOString(), who: "bob@ci", did: "deploy", release: 12 };
    const deeds = [
      { ...deed, began: "2" },
      { ...deed, began: "1", outcome: "rolled-back" as const, says: "web did not hold.", steps: [] },
    ];
    const rows = (lock?: Status["lock"]) =>
      stageRows([production({ is: "known", ...looked(lock ? { lock } : {}, { deeds }) })], at)[0];
    assert.match(rows()?.children?.[0]?.description ?? "", /^release 12, ended without a word, .*, bob@ci$/);
    assert.match(rows()?.children?.[1]?.description ?? "", /^release 12, did not hold, and was taken back/);
    const busy = rows({ id: "1", owner: "bob@ci", doing: "deploy", since: "", heardSeconds: 3 });
    assert.match(busy?.description ?? "", /^bob@ci is at it: deploy/);
    assert.match(busy?.children?.[0]?.description ?? "", /^release 12, goes on/);
  });
});

describe("the timeline of the panel", () => {
  const step = (id: string, state: Step["state"]): Report => ({
    kind: "step",
    operation: "1",
    step: { id, title: id, ...({ state, ms: 5, because: "", says: "", code: "cancelled" } as const) } as Step,
  });
  test("keeps when a step began, how far it is and what it printed last, and begins anew with the next operation", () => {
    const timeline = new Timeline();
    timeline.hear(step("ship", "running"), 10);
    const progress = { done: 1, total: 2, at: "layer", perSecond: 1 };
    timeline.hear({ kind: "progress", operation: "1", step: "ship", progress }, 11);
    timeline.hear({ kind: "line", operation: "1", step: "ship", line: { from: "stdout", text: "half" } }, 12);
    assert.deepEqual(
      timeline.steps.map(({ began, progress, line }) => [began, progress?.done, line]),
      [[10, 1, "half"]],
    );
    timeline.hear(step("ship", "done"), 20);
    assert.deepEqual(timeline.steps[0]?.began, 10);
    timeline.hear({ kind: "began", operation: "2", title: "", about: "", at: "" }, 30);
    assert.deepEqual(timeline.steps, []);
  });
});
