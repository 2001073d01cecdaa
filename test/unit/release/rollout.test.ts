import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deedsOf } from "../../../src/engine/release/deeds.ts";
import { rolling, type Seen } from "../../../src/engine/release/rollout.ts";
import type { Deed } from "../../../src/engine/release/state/journal.ts";

const sites = [{ name: "fra1", node: "n1" }];

/** A service of an image, and what runs for it: image, what is wanted of it, how it is. */
function service(image: string, ...tasks: [id: string, of: string, desired: string, state: string][]): Seen {
  const made = (of: string) => ({ ContainerSpec: { Image: of } });
  return {
    service: {
      ID: "web",
      Version: { Index: 1 },
      Spec: { Labels: { "sistership.process": "web" }, TaskTemplate: made(image) },
    },
    tasks: tasks.map(([ID, of, DesiredState, State]) => ({
      ...{ ID, ServiceID: "web", NodeID: "n1", CreatedAt: ID, DesiredState, Spec: made(of) },
      Status: { State, ...(State === "failed" ? { Err: "task: non-zero exit (3)" } : {}) },
    })),
  };
}

describe("a roll, looked at", () => {
  const before = [service("one", ["a", "one", "running", "running"], ["z", "one", "shutdown", "failed"])];
  const told = (...seen: Seen[]) =>
    rolling(seen, before, sites).map(({ id, version, state, server }) =>
      [id, version, state, server].join(" "),
    );

  test("tells what comes from what goes, and leaves out what had ended before", () => {
    assert.deepEqual(told(...before), ["a old well fra1"]);
    const seen = service(
      "two",
      ["a", "one", "shutdown", "running"],
      ["b", "two", "running", "starting"],
      ["z", "one", "shutdown", "failed"],
    );
    assert.deepEqual(told(seen), ["a old going fra1", "b new coming fra1"]);
  });
  test("does not call new what comes back when Swarm has gone back", () => {
    const seen = service("one", ["b", "two", "shutdown", "failed"], ["c", "one", "running", "running"]);
    assert.deepEqual(told(seen), ["b new failed fra1", "c old well fra1"]);
    assert.equal(rolling([seen], before, sites)[0]?.says, "it ended with exit code 3.");
  });
  test("calls failed what runs and is unwell, as its server says", () => {
    const seen = service("two", ["a", "one", "running", "running"], ["b", "two", "running", "running"]);
    assert.deepEqual(
      rolling([seen], before, sites, new Set(["b"])).map(({ id, state, says }) => [id, state, says]),
      [
        ["a", "well", "running"],
        ["b", "failed", "it runs, but does not become healthy."],
      ],
    );
  });
  test("calls all of it new where nothing ran", () => {
    const [replica] = rolling([service("one", ["a", "one", "running", "running"])], [], sites);
    assert.equal(replica?.version, "new");
  });
});

describe("what was done to a stage", () => {
  const deed = (at: string, more: Partial<Deed> = {}): Deed => ({ at, who: "ann", did: "deploy", ...more });
  test("is one from its beginning to its end, the newest first", () => {
    const told = deedsOf([
      deed("1", { release: 1 }),
      deed("2", { release: 1, record: "r" }),
      deed("3", { release: 1, record: "r", outcome: "done" }),
      deed("4", { release: 2 }),
      deed("5", { release: 3 }),
      deed("6", { release: 3, outcome: "failed", says: "no" }),
    ]);
    assert.deepEqual(
      told.map(({ began, at, release, outcome }) => [began, at, release, outcome]),
      [
        ["5", "6", 3, "failed"],
        ["4", "4", 2, undefined],
        ["1", "3", 1, "done"],
      ],
    );
  });
});
