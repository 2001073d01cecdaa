import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { findEndpoint, inspectEngine, isOlder, type Machine } from "../../../src/engine/docker/index.ts";
import { Fault } from "../../../src/engine/process/index.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-"));
after(() => rmSync(home, { recursive: true }));

const linux = (env: Machine["env"] = {}): Machine => ({ env, home, platform: "linux" });

describe("the endpoint", () => {
  before(() => {
    const meta = join(home, ".docker/contexts/meta", createHash("sha256").update("far").digest("hex"));
    mkdirSync(meta, { recursive: true });
    writeFileSync(
      join(meta, "meta.json"),
      JSON.stringify({ Name: "far", Endpoints: { docker: { Host: "tcp://far:2375" } } }),
    );
    writeFileSync(join(home, ".docker/config.json"), JSON.stringify({ currentContext: "far" }));
  });

  test("is what DOCKER_HOST says, before all else", () => {
    const env = { DOCKER_HOST: "tcp://there:2375", DOCKER_CONTEXT: "far" };
    assert.deepEqual(findEndpoint(linux(env)), { host: "tcp://there:2375", from: "DOCKER_HOST" });
  });
  test("is that of the chosen context", () => {
    assert.deepEqual(findEndpoint(linux()), { host: "tcp://far:2375", from: "context far" });
  });
  test("is the usual socket for the default context", () => {
    const { host, from } = findEndpoint(linux({ DOCKER_CONTEXT: "default" }));
    assert.deepEqual([host, from], ["unix:///var/run/docker.sock", "default"]);
  });
  test("is a rootless socket where only that is there", () => {
    const runtime = join(home, "runtime");
    mkdirSync(runtime);
    writeFileSync(join(runtime, "docker.sock"), "");
    const machine = { ...linux({ DOCKER_CONTEXT: "default", XDG_RUNTIME_DIR: runtime }), home: "/nowhere" };
    const { host } = findEndpoint(machine);
    assert.ok(host === `unix://${runtime}/docker.sock` || host === "unix:///var/run/docker.sock");
  });
  test("is named when its context is not defined", () => {
    assert.throws(() => findEndpoint(linux({ DOCKER_CONTEXT: "gone" })), /"gone" is chosen but not defined/);
  });
  test("is the pipe on Windows", () => {
    const machine: Machine = { env: { DOCKER_CONTEXT: "default" }, home, platform: "win32" };
    assert.equal(findEndpoint(machine).host, "npipe:////./pipe/docker_engine");
  });
});

describe("an engine that does not serve is said to be so", () => {
  let server: Server;
  let answer = "";
  const socket = join(home, "engine.sock");
  before(async () => {
    server = createServer((_, response) =>
      response.setHeader("content-type", "application/json").end(answer),
    );
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  after(() => server.close());

  const inspect = (host: string) => inspectEngine({ host, from: "test" }, new AbortController().signal);
  const fails = (host: string, code: string, says: RegExp) =>
    assert.rejects(
      inspect(host),
      (thrown) => thrown instanceof Fault && thrown.code === code && says.test(thrown.says),
    );

  test("missing", () =>
    fails(`unix://${home}/none.sock`, "docker-missing", /No Docker engine was found at .*none\.sock/));
  test("stopped", async () => {
    const path = join(home, "dead.sock");
    // what a killed engine leaves behind: a socket that nobody listens at
    writeFileSync(path, "");
    await fails(`unix://${path}`, "docker-stopped", /does not answer at/);
  });
  test("too old", async () => {
    answer = JSON.stringify({ ServerVersion: "20.10.24+dfsg1" });
    await fails(
      `unix://${socket}`,
      "docker-too-old",
      /Docker Engine 20\.10\.24\+dfsg1 is too old: update it to 24\.0/,
    );
  });
  test("something else", async () => {
    answer = JSON.stringify({ hello: "world" });
    await fails(`unix://${socket}`, "docker-failed", /not a Docker engine/);
  });
  test("behind SSH, which is not for here", () =>
    fails("ssh://far", "docker-endpoint", /neither a local socket nor a TCP address/));
});

test("versions are compared by number", () => {
  const cases: [string, string, boolean][] = [
    ["26.1.5+dfsg1", "24.0", false],
    ["24.0.0", "24.0", false],
    ["23.0.9", "24.0", true],
    ["9.0", "24.0", true],
    ["v2.26.1", "2.20", false],
  ];
  for (const [version, least, older] of cases)
    assert.equal(isOlder(version, least), older, `${version} < ${least}`);
});
