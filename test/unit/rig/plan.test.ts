import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Facts, plan } from "../../rig/docker/plan.ts";

const bare: Facts = {
  engine: { is: "absent", socket: "/var/run/docker.sock" },
  chosen: false,
  tools: {},
  system: { platform: "linux", id: "debian", version: "12", codename: "bookworm" },
  root: true,
  freeGB: 50,
  folder: "/cache",
  missingCgroups: [],
};
const answering = (version: string, socket = "/var/run/docker.sock"): Facts["engine"] => ({
  is: "answering",
  socket,
  version,
});
const allTools = {
  docker: "Docker version 28.2.2, build e6534b4",
  compose: "2.26.1-4",
  buildx: "github.com/docker/buildx 0.13.1",
};
const mac = { platform: "darwin", id: "darwin", version: "", codename: "" };

describe("what the rig does about Docker", () => {
  const cases: { given: string; facts: Partial<Facts>; does: object }[] = [
    {
      given: "a bare Debian 12 as root",
      facts: {},
      does: { do: "start", at: "usual place", mounts: [] },
    },
    {
      given: "Debian 13",
      facts: { system: { ...bare.system, version: "13", codename: "trixie" } },
      does: { do: "start", at: "usual place", mounts: [] },
    },
    {
      given: "no cgroups mounted",
      facts: { missingCgroups: [{ type: "cgroup2" }] },
      does: { do: "start", at: "usual place", mounts: [{ type: "cgroup2" }] },
    },
    {
      given: "something else at Docker's usual socket",
      facts: { engine: { is: "foreign", socket: "/var/run/docker.sock" } },
      does: { do: "start", at: "own place", mounts: [] },
    },
    {
      given: "an engine that is new enough, with its tools",
      facts: { engine: answering("26.1.0"), tools: allTools },
      does: { do: "use", socket: "/var/run/docker.sock", version: "26.1.0", fetchTools: false },
    },
    {
      given: "a good engine elsewhere that the user chose, on a Mac",
      facts: {
        engine: answering("29.0.1", "/home/me/.colima/docker.sock"),
        chosen: true,
        tools: allTools,
        system: mac,
        root: false,
      },
      does: { do: "use", socket: "/home/me/.colima/docker.sock", version: "29.0.1", fetchTools: false },
    },
    {
      given: "a good engine whose tools are missing, on Debian",
      facts: { engine: answering("26.1.5+dfsg1"), tools: { docker: allTools.docker } },
      does: { do: "use", socket: "/var/run/docker.sock", version: "26.1.5+dfsg1", fetchTools: true },
    },
    {
      given: "Compose of the first generation",
      facts: { engine: answering("26.1.5"), tools: { ...allTools, compose: "1.29.2" } },
      does: { do: "use", socket: "/var/run/docker.sock", version: "26.1.5", fetchTools: true },
    },
  ];
  for (const { given, facts, does } of cases) {
    test(`given ${given}`, () => assert.deepEqual(plan({ ...bare, ...facts }), does));
  }
});

describe("when it refuses, one sentence says what to do", () => {
  const cases: { given: string; facts: Partial<Facts>; says: RegExp }[] = [
    {
      given: "too little disk",
      facts: { freeGB: 4.9 },
      says: /^Only 4\.9 GB are free on the disk of \/cache: the rig needs 5 GB\. Free some/,
    },
    {
      given: "no Docker on another system",
      facts: { system: { platform: "linux", id: "ubuntu", version: "24.04", codename: "noble" } },
      says: /Debian 12 or newer only \(this is ubuntu 24\.04\): install Docker Engine 26\.1 or newer/,
    },
    {
      given: "no Docker on an old Debian",
      facts: { system: { platform: "linux", id: "debian", version: "11", codename: "bullseye" } },
      says: /this is debian 11\): install Docker Engine/,
    },
    {
      given: "no Docker and no root",
      facts: { root: false },
      says: /only root can start one: run this as root/,
    },
    {
      given: "an engine that is too old",
      facts: { engine: answering("20.10.24+dfsg1"), tools: allTools },
      says: /is 20\.10\.24\+dfsg1, the rig needs 26\.1 or newer: update it, or stop it/,
    },
    {
      given: "an engine just too old",
      facts: { engine: answering("26.0.2"), tools: allTools },
      says: /is 26\.0\.2, the rig needs 26\.1/,
    },
    {
      given: "an engine that may not be used",
      facts: { engine: { is: "denied", socket: "/var/run/docker.sock" } },
      says: /may not use the Docker engine at \/var\/run\/docker\.sock: add yourself to the group/,
    },
    {
      given: "an engine far away",
      facts: { engine: { is: "remote", url: "tcp://10.0.0.5:2376" }, chosen: true },
      says: /tcp:\/\/10\.0\.0\.5:2376: .* Unset DOCKER_HOST/,
    },
    {
      given: "a chosen engine that is silent",
      facts: { engine: { is: "absent", socket: "/home/me/docker.sock" }, chosen: true },
      says: /No Docker engine answers at \/home\/me\/docker\.sock.*: start it, or unset the choice/,
    },
    {
      given: "an engine without plug-ins where none can be fetched",
      facts: { engine: answering("28.5.1"), tools: { docker: "28.5.1" }, system: mac },
      says: /tools are missing: docker compose \(v2\), docker buildx\. Install them/,
    },
  ];
  for (const { given, facts, says } of cases) {
    test(`given ${given}`, () => {
      const decision = plan({ ...bare, ...facts });
      assert.ok(decision.do === "refuse", `it would ${decision.do}`);
      assert.match(decision.says, says);
    });
  }
});
