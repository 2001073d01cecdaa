// A stage on two servers is all new or all old, also where one of them is lost in the middle of it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Report } from "../../src/engine/process/index.ts";
import { deploy, history, rollback, stageStatus } from "../../src/engine/release/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { become, type Manner, visited } from "../rig/release/app.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";
import { type Met, traffic } from "../rig/release/traffic.ts";
import type { Server } from "../rig/servers/server.ts";

const host = "fleet.test";
const { signal } = new AbortController();
const quick = [{ path: "/" }, { path: "/echo", body: "x".repeat(10_000) }];
const asks = [...quick, ...quick, ...quick, ...quick, { path: "/slow?1" }];

describe("a stage on two servers", { timeout: 900_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await stageOf(await engine(), "visited", "fleet", {
      files: visited("fleet", { release: "node -e 0" }),
      stages: `  production: { servers: [docker, docker-2], domain: ${host}, tls: internal, replicas: 4, watch: 4s }`,
      count: 2,
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  const doer = { who: "tester@here", now: () => new Date() };
  const press = async (onReport: (report: Report) => void = () => {}) => {
    const order = await stage.order();
    return stage.perform((task) => deploy(order, task), { onReport });
  };
  const change = (version: string, manner: Manner = {}) => stage.edit("server.js", become(version, manner));
  const visiting = ({ address }: Server) =>
    traffic({
      ...{ address, host, connections: 4 },
      asks,
      tell: (body) => (body.startsWith("x") ? undefined : body),
    });
  /** Visitors at every edge all along; what they met with at each. */
  const met = async (work: () => Promise<unknown>): Promise<Met[]> => {
    const visitors = stage.servers.map(visiting);
    try {
      await work();
    } finally {
      await Promise.all(visitors.map((one) => one.stop()));
    }
    return Promise.all(visitors.map((one) => one.stop()));
  };
  const answersNow = async (servers = stage.servers) => {
    const visitors = servers.map(visiting);
    await new Promise((done) => setTimeout(done, 1000));
    const all = await Promise.all(visitors.map((one) => one.stop()));
    assert.deepEqual(
      all.flatMap(({ failed }) => failed),
      [],
    );
    return [...new Set(all.flatMap(({ answers }) => Object.keys(answers)))];
  };
  const whole = async () => {
    const { releases, replicas, short } = await stageStatus(await stage.ground(), new Date(), signal);
    assert.deepEqual(short, []);
    assert.ok(
      replicas.every(({ current, same }) => current && same),
      JSON.stringify(replicas),
    );
    assert.deepEqual([...new Set(replicas.map(({ server }) => server))].sort(), ["docker", "docker-2"]);
    return releases;
  };

  test("goes live on both, with the same image, at both edges", async () => {
    await press();
    assert.deepEqual(await whole(), [1]);
    assert.deepEqual(await answersNow(), ["one"]);
  });

  test("is changed and changed back, and nobody misses it at either edge", async () => {
    change("two");
    const all = await met(async () => {
      await press();
      assert.deepEqual(await whole(), [2]);
      const ground = await stage.ground();
      await stage.perform((task) => rollback({ ...doer, ground }, task));
    });
    assert.deepEqual(await whole(), [1]);
    for (const { failed, sent, answers } of all) {
      assert.deepEqual(failed, [], `of ${sent} requests`);
      assert.deepEqual(Object.keys(answers).sort(), ["one", "two"]);
    }
    assert.deepEqual(await answersNow(), ["one"]);
  });

  test("is all old where the new version never is well", async () => {
    change("unwell", { well: "never" });
    const all = await met(async () => assert.equal((await fails(press())).code, "roll-failed"));
    for (const { failed, sent } of all) assert.deepEqual(failed, [], `of ${sent} requests`);
    assert.deepEqual(await whole(), [1]);
    assert.deepEqual(await answersNow(), ["one"]);
  });

  test("is whole where a server is lost in the middle of the roll, and the edge that stays loses nothing", async () => {
    const [home, other] = stage.servers;
    assert.ok(home && other);
    change("three");
    let cut: Promise<Awaited<ReturnType<Server["cut"]>>> | undefined;
    let from = 0;
    const visitors = visiting(home);
    try {
      const ended = await press((report) => {
        if (report.kind !== "line" || report.step !== "roll" || cut) return;
        from = performance.now();
        cut = other.cut();
      }).then(
        () => "three",
        (thrown: unknown) => thrown,
      );
      assert.ok(cut, "it was lost while the release was rolled");
      if (ended !== "three") {
        const { code, says } = await fails(Promise.reject(ended));
        // as it is noticed by us, or by Swarm
        assert.ok(["taken-back", "roll-failed"].includes(code), says);
        assert.match(says, /docker-2 .*Release 1 goes on serving\.$/);
      }
      assert.deepEqual(await answersNow([home]), [ended === "three" ? "three" : "one"]);
    } finally {
      await (await cut)?.end();
      await visitors.stop();
    }
    const { failedFrom, failed, sent } = await visitors.stop();
    // what was on its way to the server that is gone is gone with it, and what was sent over a connection that rested
    const others = failedFrom.filter((at) => at < from - 1500 || at > from + 1500);
    assert.deepEqual(others, [], `${failed.join("\n")}\nof ${sent} requests`);
  });

  test("is deployed to both again when the server is back", async () => {
    const entries = await history(await stage.ground(), { verified: true }, signal);
    assert.ok(["done", "rolled-back"].includes(entries.at(-1)?.outcome ?? ""), entries.at(-1)?.says);
    change("four");
    await press();
    assert.equal((await whole()).length, 1);
    assert.deepEqual(await answersNow(), ["four"]);
  });

  test("is not begun where the servers do not hear each other, though both are reached from here", async () => {
    const [home, other] = stage.servers;
    assert.ok(home && other);
    const deaf = (how: "-I" | "-D") =>
      other.inside([
        "sh",
        "-c",
        `iptables ${how} INPUT -s ${home.address} -j DROP && iptables ${how} OUTPUT -d ${home.address} -j DROP`,
      ]);
    const before = await answersNow([home]);
    await deaf("-I");
    try {
      const states = ["sh", "-c", "docker node inspect --format '{{.Status.State}}' $(docker node ls -q)"];
      while (!/down/.test((await home.inside(states)).stdout))
        await new Promise((done) => setTimeout(done, 1000));
      change("five");
      const { code, says } = await fails(press());
      assert.equal(code, "server-not-heard", says);
      assert.match(says, /^docker-2 is reached from here, but docker has heard nothing of it for a minute: /);
      assert.deepEqual(await answersNow([home]), before);
    } finally {
      await deaf("-D");
    }
  });
});
