// What stands in front of an application: what it adds, what it keeps away, and what it tells of what goes on.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request as plainly, type RequestOptions } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import type { Report } from "../../src/engine/process/index.ts";
import {
  deploy,
  maintenanceOff,
  maintenanceOn,
  redeploy,
  stageStatus,
  stop,
  trafficOf,
} from "../../src/engine/release/index.ts";
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

  const { signal } = new AbortController();
  const press = async (onReport: (report: Report) => void = () => {}, values = {}) => {
    const order = await stage.order({ values: async () => values });
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
    stage.edit("server.js", (app) =>
      app.replace("broken = true", "broken = false").replace('"two"', '"one"'),
    );
  });

  test("lets through what is long: events one by one, a websocket, an answer that takes its time", async () => {
    const events = await ask("/events", { headers: { "Accept-Encoding": "gzip" } });
    const first = await once(events, "data");
    assert.match(String(first), /data: first/);
    events.destroy();
    assert.equal(await socketSays(stage.server.address), "one");
    assert.equal(await text(await ask("/slow")), "one");
  });

  test("asks for a password that stands nowhere, sends www away, and refuses what is too large or too slow", async () => {
    const password = "a passphrase: 中文, #91";
    stage.edit("sistership.yaml", (yaml) =>
      yaml
        .replace("stages:", "env: { PASS: { secret: true } }\nstages:")
        .replace(
          "watch: 15s",
          "watch: 1s, www: true, maxBody: 1m, timeout: 2s, auth: { user: team, password: PASS }",
        ),
    );
    await press(undefined, { PASS: password });
    const headers = { Authorization: `Basic ${Buffer.from(`team:${password}`).toString("base64")}` };
    assert.equal((await ask("/work")).statusCode, 401);
    assert.equal((await ask("/work", { headers: { Authorization: "Basic dGVhbTp4" } })).statusCode, 401);
    assert.equal((await ask("/work", { headers })).statusCode, 200);
    const { location } = (await ask("/own?a=b", { name: `www.${host}` })).headers;
    assert.equal(location, `https://${host}/own?a=b`);
    const upload = (bytes: number) =>
      ask("/upload", { headers, method: "POST", body: "x".repeat(bytes) }).then(async (answer) => [
        answer.statusCode,
        await text(answer),
      ]);
    assert.deepEqual(await upload(900_000), [200, "900000"]);
    // a little over: whoever still writes much when the answer comes may meet with a closed connection instead
    assert.equal((await upload(1_050_000))[0], 413);
    assert.equal((await ask("/slow", { headers })).statusCode, 504);
    const seen = await stage.server.inside([
      ...["sh", "-c"],
      "docker service inspect front-production-web; docker secret ls -q | xargs docker secret inspect; cat /var/lib/sistership/*/*.json*",
    ]);
    assert.ok(seen.stdout.includes("$2a$10$"), "the edge knows a hash");
    assert.ok(!seen.stdout.includes("passphrase"));
  });

  test("shows a page instead, through a deploy too, until what is behind it is well", async () => {
    const ground = await stage.ground();
    const control = { who: "tester@here", now: () => new Date(), ground };
    await stage.perform((task) => maintenanceOn(control, "<style>p { color: red }</style>Back soon", task));
    const answer = await ask("/work");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "300"]);
    assert.equal(await text(answer), "<style>p { color: red }</style>Back soon");
    assert.ok((await stageStatus(ground, new Date(), signal)).maintenance);

    await stage.perform((task) => stop(control, task));
    const kept = await fails(stage.perform((task) => maintenanceOff(control, task)));
    assert.equal(kept.code, "maintenance-kept");
    await stage.perform((task) => redeploy(control, task));
    assert.equal((await ask("/work")).statusCode, 503);
    await stage.perform((task) => maintenanceOff(control, task));
    assert.equal((await ask("/work")).statusCode, 401);
  });

  test("serves a name plainly for which no authority gives a certificate, and says why; what another has set wrong keeps nobody out", async () => {
    const other = JSON.stringify([
      { hosts: ["bad.test"], path: "/", upstream: { service: "bad", port: 1 }, tls: "off", www: false },
    ]).replace('"www"', '"auth":{"user":"a","hash":"no hash"},"www"');
    await stage.server.inside([
      ...["docker", "service", "create", "--detach", "--replicas", "0", "--name", "bad"],
      ...["--label", "sistership.app=bad", "--label", "sistership.stage=x"],
      ...["--label", `sistership.routes=${other}`, "caddy:2"],
    ]);
    stage.edit("sistership.yaml", (yaml) =>
      yaml
        .replace("tls: internal", "tls: auto")
        .replace(/, auth: [^}]+}/, "")
        .replace(host, "open.test"),
    );
    const said: (string | undefined)[] = [];
    await press((report) => {
      if (report.kind === "step" && report.step.state === "done" && report.step.id === "verify/open.test")
        said.push(report.step.says);
    });
    assert.match(said.join(), /^200, by release \d+, over HTTP: there is no certificate yet: .{10}/);
    assert.equal((await ask("/work", { plain: true, name: "open.test" })).statusCode, 200);
  });
});

/** The first word that an application says through a websocket. */
async function socketSays(address: string): Promise<string> {
  const asked = request({
    ...{ host: address, port: 443, path: "/", servername: host, rejectUnauthorized: false, agent: false },
    headers: {
      ...{ Host: host, Connection: "Upgrade", Upgrade: "websocket" },
      ...{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13" },
    },
  });
  asked.end();
  const [, socket, head] = await once(asked, "upgrade");
  const frame: Buffer = head.length > 0 ? head : (await once(socket, "data"))[0];
  socket.destroy();
  return frame.subarray(2).toString();
}

interface Asking {
  /** By HTTP alone. */
  plain?: boolean;
  name?: string;
  body?: string;
}
