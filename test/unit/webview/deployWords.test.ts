import assert from "node:assert/strict";
import { test } from "node:test";
import { sentence, tone } from "../../../webview/deploy/words.ts";
import type { DeployState } from "../../../webview/protocol.ts";

const after = (status: { stopped: boolean; releases: number[] }): DeployState => ({
  ...{ app: "shop", stage: "production", stages: [], careful: true },
  phase: { is: "done", what: "deploy", release: 3, ms: 12_000 },
  ...{ steps: [], replicas: [], lines: [], traffic: [] },
  runs: {
    status: {
      ...{
        app: "shop",
        stage: "production",
        at: "2026-01-01T00:00:00Z",
        replicas: [],
        short: [],
        scheduled: [],
      },
      ...status,
    },
  },
});

test("what is said of the last deploy is true of what runs since then", () => {
  const told = (stopped: boolean, releases: number[]) => {
    const state = after({ stopped, releases });
    return `${tone(state)}: ${sentence(state)}`;
  };
  assert.equal(told(false, [3]), "good: Release 3 is live on production, after 12.0 s.");
  assert.equal(told(true, [3]), "plain: Release 3 went live on production, after 12.0 s. It is stopped now.");
  assert.equal(
    told(false, [4]),
    "plain: Release 3 went live on production, after 12.0 s. Release 4 runs now.",
  );
  assert.equal(told(false, []), "plain: Release 3 went live on production, after 12.0 s. It is gone now.");
});
