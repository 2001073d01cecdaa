// How a service fares, from what Swarm says of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Judgement, judge, judgeWatched } from "../../../src/engine/release/swarm/judge.ts";
import { complaint, type SwarmService, type SwarmTask } from "../../../src/engine/release/swarm/tasks.ts";

const template = (image: string) => ({ ContainerSpec: { Image: image }, ForceUpdate: 0 });

function service(state?: string, image = "new"): SwarmService {
  return {
    ...{ ID: "s", Version: { Index: 1 } },
    Spec: { Name: "web", TaskTemplate: template(image), Mode: { Replicated: { Replicas: 2 } } },
    ...(state === undefined ? {} : { UpdateStatus: { State: state } }),
  };
}

let count = 0;
const task = (image: string, State: string, Err?: string, DesiredState = "running"): SwarmTask => ({
  ...{ ID: `t${count++}`, ServiceID: "s", CreatedAt: new Date(count).toISOString(), DesiredState },
  ...{ Spec: template(image), Status: { State, ...(Err === undefined ? {} : { Err }) } },
});
const failed = (image = "new") => task(image, "failed", "task: non-zero exit (1)", "shutdown");
const unhealthy = () => task("new", "failed", "task: unhealthy container", "shutdown");

const cases: [string, SwarmService, SwarmTask[], boolean, Judgement["is"], RegExp?][] = [
  [
    "both are new and run",
    service("updating"),
    [task("new", "running"), task("new", "running")],
    false,
    "live",
  ],
  [
    "old ones that are told to go and still finish their requests are gone",
    service("updating"),
    [task("new", "running"), task("new", "running"), task("old", "running", undefined, "shutdown")],
    ...([false, "live"] as const),
  ],
  [
    "one is old still",
    service("updating"),
    [task("new", "running"), task("old", "running"), task("new", "starting")],
    ...([false, "coming", /1 of 2 are well/] as const),
  ],
  [
    "a new one boots",
    service("updating"),
    [task("new", "starting"), task("old", "running")],
    false,
    "coming",
    /0 of 2/,
  ],
  [
    "there is no room",
    service("updating"),
    [task("old", "running"), task("new", "pending", "no suitable node (insufficient resources on 1 node)")],
    ...([false, "coming", /no server has room for it \(insufficient resources on 1 node\)/] as const),
  ],
  [
    "Swarm goes back: the old one is what the service says again, and the new one's failure is told",
    service("rollback_started", "old"),
    [task("old", "running"), task("old", "running"), unhealthy()],
    ...([false, "failed", /does not become healthy/] as const),
  ],
  [
    "Swarm went back",
    service("rollback_completed", "old"),
    [failed(), task("old", "running")],
    false,
    "failed",
    /exit code 1/,
  ],
  [
    "an update that failed a while ago is not this one",
    service("updating"),
    [failed("old"), task("new", "running"), task("new", "running")],
    false,
    "live",
  ],
  [
    "what is made anew may fail twice",
    service(),
    [failed(), failed(), task("new", "starting")],
    true,
    "coming",
  ],
  [
    "and not three times",
    service(),
    [failed(), failed(), failed(), task("new", "starting")],
    true,
    "failed",
    /exit code 1/,
  ],
];
describe("a service that is rolled", () => {
  for (const [what, of, tasks, anew, is, says] of cases)
    test(`${what}: ${is}`, () => {
      const judged = judge(of, tasks, anew);
      assert.equal(judged.is, is);
      if (says) assert.match("reason" in judged ? judged.reason : "says" in judged ? judged.says : "", says);
    });
});

describe("one that runs and is not well, which Swarm does not say yet", () => {
  const [ill, well] = [task("new", "running"), task("new", "running")];
  const ailing = new Set([ill.ID]);
  for (const [what, tasks, anew, is] of [
    ["fails", [ill, well], false, "failed"],
    ["fails while others are still to come", [ill, task("old", "running")], false, "failed"],
    ["may become well, where it was made anew", [ill, well], true, "live"],
    ["is not meant where it is of the old version", [task("old", "running"), well], false, "coming"],
    [
      "is not meant where it was told to go",
      [{ ...ill, DesiredState: "shutdown" }, well, well],
      false,
      "live",
    ],
  ] as const)
    test(what, () => assert.equal(judge(service("updating"), tasks, anew, ailing).is, is));
  test("and falls while it is watched", () => {
    assert.equal(judgeWatched(service("updating"), [ill, well], new Set(), ailing).is, "failed");
  });
});

describe("a service that is watched", () => {
  const old = failed();
  test("falls when one of the new falls, though Swarm starts another", () => {
    const tasks = [old, unhealthy(), task("new", "running"), task("new", "running")];
    assert.equal(judgeWatched(service("updating"), tasks, new Set([old.ID])).is, "failed");
  });
  test("is not blamed for what fell before", () => {
    const tasks = [old, task("new", "running"), task("new", "running")];
    assert.equal(judgeWatched(service("completed"), tasks, new Set([old.ID])).is, "live");
  });
});

test("complaints say what is meant", () => {
  for (const [err, says] of [
    ["task: non-zero exit (137)", "it ended with exit code 137."],
    ["starting container failed: unhealthy container", "it runs, but does not become healthy."],
    ["No such image: web:1", "its image is not on the server."],
    ["starting container failed: exec: no such file", "starting container failed: exec: no such file."],
  ])
    assert.equal(complaint(task("new", "failed", err)), says);
  assert.match(complaint(task("new", "complete")), /ended by itself/);
});
