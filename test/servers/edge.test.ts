// What stands in front of an application: what it adds, what it keeps away, and what it tells of what goes on.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request as plainly, type RequestOptions } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import type { Report } from "../../src/engine/process/index.ts";
import { deploy, trafficOf } from "../../src/engine/release/index.ts";
import { engine } from "../rig/docker/engine.ts";
import { ownImage } from "../rig/release/ownImage.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";
import { traffic } from "../rig/release/traffic.ts";

const host = "front.test";

describe("the edge of a stage", { timeout: 900_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await stageOf(await engine(), "", "front", {
      files: ownImage("front"),
      stages: `  production: { servers: [docker], domain: ${host}, tls: internal, watch: 15s }`,
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  const press = async (onReport: (report: Report) => void = () => {}) => {
    const order = await stage.order();
    return stage.perform((task) => deploy(order, task), { onReport });
  };
  const ask = async (
    path: string,
    { plain = false, name = host, body, ...options }: RequestOptions & Asking = {},
  ): Promise<IncomingMessage> => {
    const asked = (plain ? plainly : request)({
      ...{ host: stage.server.address, port: plain ? 80 : 443, path, agent: false, ...options },
      ...{ servername: name, rejectUnauthorized: false },
      headers: { Host: name, ...options.headers },
    });
    asked.end(body);
    const [answer] = await once(asked, "response");
    return answer;
  };

  test("says from outside that the new version answers, and tells visitors nothing of it", async () => {
    const said: (string | undefined)[] = [];
    const { record } = await press((report) => {
      if (report.kind === "step" && report.step.state === "done" && report.step.id === `verify/${host}`)
        said.push(report.step.says);
    });
    assert.equal(record?.number, 1);
    assert.equal(said.at(-1), "200, by release 1");
    const { headers } = await ask("/", { headers: { "Sistership-Probe": "x" } });
    assert.doesNotMatch(JSON.stringify(headers), /10\.\d+\.\d+\.\d+|release|sistership/i);
  });

  test("sends text smaller, and headers that an application leaves out", async () => {
    const answer = await ask("/", { headers: { "Accept-Encoding": "gzip" } });
    assert.equal(answer.headers["content-encoding"], "gzip");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.equal(answer.headers["referrer-policy"], "strict-origin-when-cross-origin");
    assert.equal(answer.headers["strict-transport-security"], undefined, "of an authority that nobody knows");
    assert.equal((await ask("/own")).headers["referrer-policy"], "no-referrer");
    assert.equal((await ask("/own", { plain: true })).headers.location, `https://${host}/own`);
  });

  test("tells how many requests there are, of this application, and how many fail", async () => {
    const enough = new AbortController();
    let [requests, errors] = [0, 0];
    const asking = setInterval(() => void ask("/work").then((answer) => answer.resume()), 50);
    for await (const now of trafficOf(await stage.ground(), enough.signal)) {
      requests += now.perSecond;
      errors += now.errorsPerSecond;
      if (requests >= 30) enough.abort();
    }
    clearInterval(asking);
    assert.equal(errors, 0);
  });

  test("has a version taken back that its visitors meet with errors of", async () => {
    stage.edit("server.js", (app) =>
      app.replace('"one"', '"two"').replace("broken = false", "broken = true"),
    );
    const visitors = traffic({
      ...{ address: stage.server.address, host, connections: 4, asks: [{ path: "/work" }] },
      tell: (body) => body,
    });
    try {
      const fault = await fails(press());
      assert.equal(fault.code, "errors-rise", fault.says);
      assert.match(
        fault.says,
        /\d+ of \d+ requests \(\d+ %\); before it, 0 of \d+.*Release 1 goes on serving/,
      );
    } finally {
      await visitors.stop();
    }
    assert.equal(await text(await ask("/work")), "one");
    stage.edit("server.js", (app) => app.replace("broken = true", "broken = false"));
  });
});

interface Asking {
  /** By HTTP alone. */
  plain?: boolean;
  name?: string;
  body?: string;
}
