// What goes wrong with a release while visitors come: none of their requests is lost, and what is wrong is said.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Report } from "../../src/engine/process/index.ts";
import {
  deploy,
  type Ground,
  history,
  releases,
  rollback,
  stageStatus,
} from "../../src/engine/release/index.ts";
import { readRoutes } from "../../src/engine/release/routes.ts";
import { servicesWith } from "../../src/engine/release/swarm/tasks.ts";
import { edgeConfig, loadEdge, type Route } from "../../src/engine/server/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { become, type Manner, visited } from "../rig/release/app.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";
import { type Met, traffic } from "../rig/release/traffic.ts";

const host = "faults.test";
const { signal } = new AbortController();
const quick = [{ path: "/" }, { path: "/echo", body: "x".repeat(10_000) }];
const asks = [...quick, ...quick, ...quick, ...quick, { path: "/slow?1" }];

describe("a release that goes wrong", { timeout: 900_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await stageOf(await engine(), "visited", "faults", {
      files: visited("faults"),
      stages: `  production: { servers: [docker], domain: ${host}, tls: internal, replicas: 2, watch: 12s }`,
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  const press = async (onReport: (report: Report) => void = () => {}, more: Partial<Ground> = {}) => {
    const ground = { ...(await stage.ground()), ...more };
    const order = await stage.order({ ground });
    return stage.perform((task) => deploy(order, task), { onReport });
  };
  const on = async (line: string) => (await stage.server.inside(["sh", "-c", line])).stdout.trim();
  const change = (version: string, manner: Manner = {}) => stage.edit("server.js", become(version, manner));
  const outcome = async () =>
    (await history(await stage.ground(), { verified: true }, signal)).at(-1)?.outcome;
  /** Visitors all along; what they met with. */
  const met = async (work: () => Promise<unknown>, more: readonly { path: string }[] = []): Promise<Met> => {
    const visitors = traffic({
      ...{ address: stage.server.address, host, connections: 6 },
      asks: [...asks, ...more],
      tell: (body) => (body.startsWith("x") ? undefined : body),
    });
    try {
      await work();
    } finally {
      await visitors.stop();
    }
    return visitors.stop();
  };
  const unharmed = async (work: () => Promise<unknown>, more: readonly { path: string }[] = []) => {
    const { failed, sent, answers } = await met(work, more);
    assert.deepEqual(failed, [], `of ${sent} requests`);
    assert.ok((answers.one ?? 0) > 0, JSON.stringify(answers));
  };

  test("is none yet: the first goes live, and the records that its domain needs are told", async () => {
    const said: string[] = [];
    await press((report) => {
      if (report.kind === "step" && report.step.state === "done" && report.step.id === "preflight")
        said.push(report.step.says ?? "");
    });
    const { address } = stage.server;
    assert.equal(
      said.join(),
      `${host} has no address: for faults-production to be found, set at its name server: ${host} A ${address}.`,
    );
  });

  test("is told other domains: those are not cut who rest between two requests and come back just then", async () => {
    const [{ docker, link }] = (await stage.ground()).sites;
    const services = await servicesWith(docker, ["sistership.routes"], signal);
    const routes = services.flatMap(({ Spec }) => readRoutes(Spec.Labels));
    const [own] = routes;
    assert.ok(own);
    const visitors = traffic({
      ...{ address: stage.server.address, host, connections: 60, restMs: 50 },
      ...{ asks: quick, tell: (body: string) => (body.startsWith("x") ? undefined : body) },
    });
    try {
      for (let turn = 0; turn < 4; turn++) {
        const other: Route = { ...own, hosts: [`other-${turn}.test`] };
        assert.equal(await loadEdge(link, edgeConfig([...routes, other]), signal), "changed");
      }
      assert.equal(await loadEdge(link, edgeConfig(routes), signal), "changed");
    } finally {
      await visitors.stop();
    }
    const { failed, sent } = await visitors.stop();
    assert.ok(sent > 1000, `${sent} requests`);
    assert.deepEqual(failed, []);
  });

  test("listens at another port than it says: no traffic moves, and the port is named", async () => {
    change("deaf", { port: 4000 });
    await unharmed(async () => {
      const { code, says } = await fails(press());
      assert.equal(code, "rehearsal-failed");
      assert.match(says, /nothing listens on port 3000/);
    });
    assert.equal(await outcome(), "failed");
  });

  test("becomes unwell when it has been live for a while: it is taken back", async () => {
    change("weary", { well: "at first" });
    // with time to finish what it has begun: Swarm calls it failed only when that is over
    const grace = (from: string, to: string) =>
      stage.edit("sistership.yaml", (text) => text.replace(`stopGrace: ${from}`, `stopGrace: ${to}`));
    grace("3s", "25s");
    await unharmed(async () => {
      const { code, says } = await fails(press());
      assert.equal(code, "roll-failed");
      assert.match(says, /answered 503\. Release 1 goes on serving\.$/);
    }, [{ path: "/slow?18" }]);
    grace("25s", "3s");
    assert.equal(await outcome(), "rolled-back");
    const status = await stageStatus(await stage.ground(), new Date(), signal);
    assert.deepEqual(status.releases, [1]);
    assert.deepEqual(
      status.replicas.map(({ current, same }) => current && same),
      [true, true],
    );
  });

  test("hangs: it is told to be unhealthy while it is still there, and another takes its place", async () => {
    const stops = 'for p in /proc/[0-9]*; do grep -qz "^node$" $p/cmdline && kill -STOP "${p#/proc/}"; done';
    await on(
      `docker exec "$(docker ps -q --filter name=faults-production-web | head -1)" sh -c '${stops}; true'`,
    );
    const until = async (meant: (status: Awaited<ReturnType<typeof stageStatus>>) => boolean) => {
      for (;;) {
        const status = await stageStatus(await stage.ground(), new Date(), signal);
        if (meant(status)) return status;
        await new Promise((done) => setTimeout(done, 200));
      }
    };
    const ill = await until(({ replicas }) => replicas.some(({ state }) => state === "unhealthy"));
    assert.deepEqual(ill.short, [{ process: "web", has: 1, wants: 2 }]);
    const { replicas } = await until(({ short }) => short.length === 0);
    assert.deepEqual(
      replicas.map(({ state, same }) => [state, same]),
      Array(2).fill(["running", true]),
    );
  });

  test("does not fit on the disk: it is not begun there, and leaves nothing", async () => {
    const arriving = "/var/lib/sistership/arriving";
    const large = join(stage.folder, "large.bin");
    change("large");
    writeFileSync(large, randomBytes(30_000_000));
    await on(`mkdir -p ${arriving} && mount -t tmpfs -o size=20m none ${arriving}`);
    try {
      await unharmed(async () => assert.equal((await fails(press())).code, "server-full"));
      assert.equal(await on(`ls -A ${arriving}; docker images -q sistership-arriving`), "");
    } finally {
      await on(`umount ${arriving}`);
      rmSync(large);
    }
    assert.equal(await outcome(), "failed");
  });

  test("meets an edge that restarts: only what the edge itself was answering is lost", async () => {
    change("two");
    const down = { from: 0, to: 0 };
    let restarting: Promise<void> | undefined;
    const { failedFrom, answers } = await met(async () => {
      const { record } = await press((report) => {
        if (report.kind !== "line" || report.step !== "roll" || restarting) return;
        down.from = performance.now();
        restarting = on("docker service update --quiet --force sistership-edge").then(() => {
          down.to = performance.now();
        });
      });
      assert.ok(record);
      await restarting;
    });
    assert.ok(restarting, "it was restarted while the release was rolled");
    assert.ok((answers.two ?? 0) > 0, JSON.stringify(answers));
    const others = failedFrom.filter((at) => at < down.from - 5000 || at > down.to);
    assert.deepEqual(others, []);
  });

  test("is asked for on what cannot be: each is refused in a sentence, and nothing is begun", async () => {
    const ground = await stage.ground();
    const { place, profile, stage: own, sites } = ground;
    const [home] = sites;
    const heavy = Object.entries(profile.processes).map(([name, one]) => [
      name,
      { ...one, memoryBytes: 1e12 },
    ]);
    const cases: [Partial<Ground>, string, RegExp][] = [
      [{ stage: { ...own, region: "eu" } }, "region-differs", /docker is in region unknown, .* in eu/],
      [
        { place: { ...place, app: "other" }, profile: { ...profile, name: "other" } },
        "domain-taken",
        /^faults\.test is answered by faults-production-web on that server already/,
      ],
      [
        { profile: { ...profile, processes: Object.fromEntries(heavy) } },
        "over-capacity",
        /^web wants 2 × 1000 GB of memory, and the servers of production have/,
      ],
      [
        { sites: [home, { ...home, name: "fra9", node: "another" }] },
        "server-not-in-group",
        /^fra9 is not in one group with docker/,
      ],
    ];
    for (const [more, code, says] of cases) {
      const fault = await fails(press(() => {}, more));
      assert.equal(fault.code, code, fault.says);
      assert.match(fault.says, says);
    }
  });

  test("is gone when it is to be gone back to: that is said, and nothing is begun", async () => {
    const ground = await stage.ground();
    const [first] = (await releases(ground, signal)).filter(({ record }) => record.number === 1);
    await on(`docker image rm --force ${first?.record.images.web?.reference}`);
    const fault = await fails(
      stage.perform((task) =>
        rollback({ who: "tester@here", now: () => new Date(), ground, number: 1 }, task),
      ),
    );
    assert.equal(fault.code, "release-gone");
    assert.match(fault.says, /the image of web is no longer on docker/);
  });
});
