import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { activityRows } from "../../../src/editor/activity/rows.ts";
import { environmentRows } from "../../../src/editor/environment/rows.ts";
import { type ServerState, serverRows } from "../../../src/editor/servers/rows.ts";
import { statusText } from "../../../src/editor/statusText.ts";
import type { EnvironmentStatus, Finding, Part } from "../../../src/engine/environment/index.ts";
import type { Report } from "../../../src/engine/process/index.ts";
import { concerns, type Facts, setUpPlan } from "../../../src/engine/server/index.ts";
import { fresh } from "../server/fresh.ts";

const at = new Date(2026, 10, 20, 9, 5);
const good: Finding = {
  check: { id: "disk", title: "Disk space", command: "df -h ." },
  well: true,
  says: "70 GB free",
};
const bad: Finding = {
  check: { id: "engine", title: "Docker engine", command: "docker info" },
  well: false,
  code: "docker-missing",
  says: "No Docker engine was found.",
  fix: { label: "How to install Docker", open: "https://docs.docker.com" },
};

describe("the Environment view", () => {
  test("shows nothing before the first check", () => assert.deepEqual(environmentRows(undefined), []));
  test("puts what is wrong first, with its fix, and says when it was looked at", () => {
    const [machine] = environmentRows({ findings: [good, bad], at });
    assert.match(machine?.description ?? "", /^1 problem, checked at 0?9:05/);
    assert.deepEqual(
      machine?.children?.map(({ id, facets }) => ({ id, facets })),
      [
        { id: "machine/engine", facets: ["fixable", "command"] },
        { id: "machine/disk", facets: ["command"] },
      ],
    );
  });
  test("says in words what the icon shows", () => {
    const [machine] = environmentRows({ findings: [bad], at });
    assert.match(machine?.spoken ?? "", /1 problems?/);
    assert.match(machine?.children?.[0]?.spoken ?? "", /Docker engine: problem, No Docker engine/);
  });
});

describe("an environment in the view", () => {
  const usage = new Map([["c1", { cpus: 0.126, memoryBytes: 45_400_000 }]]);
  const web: Part = {
    name: "web",
    kind: "process",
    state: "well",
    id: "c1",
    address: { name: "web", port: 3000, url: "http://shop.localhost:3000" },
  };
  const status = (part: Partial<Part> = {}): EnvironmentStatus => ({
    name: "shop",
    project: "shop",
    parts: [{ ...web, ...part }],
    drift: [],
  });
  const rows = (part?: Partial<Part>, rehearsal?: true) =>
    environmentRows(undefined, [
      {
        folder: "/shop",
        ...(rehearsal ? { rehearsal } : {}),
        live: { is: "known", status: status(part), usage },
      },
    ]);

  test("says what each part takes, in numbers that change only when they say something", () => {
    assert.equal(rows()[0]?.children?.[0]?.description, "running · :3000 · 13 % CPU, 45 MB");
    assert.equal(rows({ state: "ended" })[0]?.children?.[0]?.description, "ended");
  });
  test("names what has changed since a part was made, with the one action that mends it", () => {
    const [row] = rows({ changed: ["environment.LOG_LEVEL", "image"] });
    assert.ok(row?.facets?.includes("stale"));
    assert.match(row?.spoken ?? "", /not as it is described now/);
    assert.match(
      row?.children?.[0]?.description ?? "",
      /^running · changed since: environment\.LOG_LEVEL, image · /,
    );
  });
  test("tells a rehearsal from what it stands beside", () => {
    const [row] = rows({}, true);
    assert.equal(row?.label, "shop (rehearsal)");
    assert.deepEqual(row?.facets, ["rehearsal", "running"]);
    assert.notEqual(row?.children?.[0]?.id, rows()[0]?.children?.[0]?.id);
  });
});

describe("the status bar", () => {
  const cases = [
    {
      running: undefined,
      findings: undefined,
      text: /^\$\(server-environment\) Sistership$/,
      tooltip: /not been checked/,
    },
    {
      running: { title: "Check fra1" },
      findings: undefined,
      text: /^\$\(sync~spin\) Check fra1$/,
      tooltip: /Click to cancel/,
    },
    {
      running: { title: "Deploy shop to production", shownBy: "sistership.deploy" as const },
      findings: undefined,
      text: /^\$\(sync~spin\) Deploy shop to production$/,
      tooltip: /Click to see it/,
    },
    { running: undefined, findings: [good], text: /Sistership$/, tooltip: /ready/ },
    {
      running: undefined,
      findings: [good, bad],
      text: /^\$\(warning\) Sistership: 1 problem$/,
      tooltip: /No Docker engine/,
    },
  ];
  for (const { running, findings, text, tooltip } of cases) {
    test(`says ${text}`, () => {
      const status = statusText(running, findings && { findings, at });
      assert.match(status.text, text);
      assert.match(status.tooltip, tooltip);
    });
  }
});

describe("the Servers view", () => {
  const facts: Facts = {
    ...fresh,
    load: 0.5,
    disk: { totalBytes: 40e9, freeBytes: 30e9, type: "ext4" },
  };
  const server = (name: string) => ({ name, address: name, from: "own" as const, entry: undefined });
  const rowsOf = (name: string, more: Partial<Facts> = {}) => {
    const found = { ...facts, ...more };
    const state = {
      is: "known" as const,
      at,
      facts: found,
      concerns: concerns(found),
      plan: setUpPlan(name, found),
    };
    const [row] = serverRows([server(name)], new Map([[name, state]]));
    return {
      row,
      child: (label: string) => row?.children?.find((one) => one.label === label),
    };
  };

  test("puts trouble first, then what needs somebody, then the unknown, then what is well", () => {
    const swarm = { role: "worker" as const, node: "n", address: "203.0.113.7", managers: [] };
    const rows = serverRows(
      ["well", "unknown", "new", "trouble"].map(server),
      new Map<string, ServerState>([
        ["well", { is: "known", at, facts: { ...facts, swarm }, concerns: [] }],
        ["new", { is: "known", at, facts, concerns: [], plan: setUpPlan("new", facts) }],
        ["trouble", { is: "trouble", at, says: "trouble could not be reached" }],
      ]),
    );
    assert.deepEqual(
      rows.map(({ label }) => label),
      ["trouble", "new", "unknown", "well"],
    );
    assert.match(rows[2]?.description ?? "", /^not looked at yet$/);
    assert.match(
      rows[1]?.description ?? "",
      /^not set up · load 25 % · disk 25 % · no Docker · Debian 13 · 0?9:05/,
    );
  });

  test("says what a server lacks, and offers to set it up", () => {
    const { row, child } = rowsOf("fra1");
    assert.deepEqual(row?.facets, ["server", "unready"]);
    assert.match(child("Ready for releases")?.description ?? "", /^not yet: \d+ steps of \d+$/);
    assert.deepEqual(child("Ready for releases")?.facets, ["setUp"]);
    assert.equal(child("Docker")?.description, "not installed");
  });

  test("where only a user looked, goes by what a user is told", () => {
    const swarm = { role: "worker" as const, node: "n", address: "203.0.113.7", managers: [] };
    const known = { is: "known" as const, at, facts: { ...facts, swarm }, concerns: [] };
    const [row] = serverRows([server("fra2")], new Map([["fra2", known]]));
    assert.match(row?.description ?? "", /^worker · /);
    assert.equal(row?.children?.[0]?.description, "yes");
    assert.deepEqual(row?.facets, ["server", "member"]);
  });

  test("names what somebody should see to, before what is only good to know", () => {
    const { row } = rowsOf("fra1", {
      disk: { totalBytes: 40e9, freeBytes: 1e9, type: "ext4" },
      updates: { security: 3, reboot: true },
      clock: { milliseconds: -90_000, within: 5 },
    });
    assert.equal(row?.icon?.id, "warning");
    assert.deepEqual(
      row?.children?.slice(1, 5).map(({ label, spoken }) => [label, spoken?.startsWith("Needs attention")]),
      [
        ["Its disk is nearly full: 1.0 GB are free", true],
        ["Its clock is 90 s behind", true],
        ["3 security updates wait", true],
        ["It waits to be started anew", true],
      ],
    );
    assert.equal(row?.children?.[5]?.label, "System");
  });
});

describe("the Activity view", () => {
  const began = (operation: string, minute: number): Report => ({
    kind: "began",
    operation,
    title: `Check ${operation}`,
    about: "here",
    at: new Date(2026, 10, 20, 9, minute).toISOString(),
  });
  const step = (operation: string): Report => ({
    kind: "step",
    operation,
    step: {
      id: "engine",
      title: "Docker engine",
      command: "docker info",
      state: "done",
      ms: 1500,
      says: "26.1",
    },
  });
  const ended: Report = { kind: "ended", operation: "1", ms: 3, outcome: "done" };

  test("shows the newest first, open, with its steps and how they went", () => {
    const rows = activityRows([began("1", 1), step("1"), ended, began("2", 2)], [], at);
    assert.deepEqual(
      rows.map(({ id, expanded }) => [id, expanded]),
      [
        ["2", true],
        ["1", false],
      ],
    );
    assert.match(rows[0]?.description ?? "", /^ended without a word, /);
    assert.match(rows[1]?.description ?? "", /^done, /);
    const [child] = rows[1]?.children ?? [];
    assert.deepEqual([child?.description, child?.subject], ["26.1, 1.5 s", "docker info"]);
  });
  test("does not call green what found something wrong", () => {
    const failed: Report = {
      kind: "step",
      operation: "1",
      step: { id: "disk", title: "Disk space", state: "failed", ms: 1, code: "disk-low", says: "Only 1 GB" },
    };
    const [row] = activityRows([began("1", 1), failed, ended], [], at);
    assert.match(row?.description ?? "", /^done, 1 problem, /);
    assert.equal(row?.icon?.id, "warning");
  });
  test("knows what runs in this window from what was cut short", () => {
    const [row] = activityRows([began("1", 1)], [began("1", 1), step("1")], at);
    assert.match(row?.description ?? "", /^running, /);
    assert.equal(row?.children?.length, 1);
  });
  test("bears a journal whose beginning was put away", () => {
    assert.deepEqual(activityRows([step("0"), ended], [], at), []);
  });
});
