import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import {
  fault,
  journalFile,
  journalReporter,
  jsonReporter,
  lineReporter,
  operate,
  type Report,
  type Reporter,
  readJournal,
  type Task,
  tee,
} from "../../../src/engine/process/index.ts";

const folder = mkdtempSync(join(tmpdir(), "sistership-"));
after(() => rmSync(folder, { recursive: true }));

/** A clock that each look moves on by ten milliseconds. */
function tickingClock() {
  let ms = 0;
  return { now: () => (ms += 10), date: () => new Date(0) };
}

function noTrouble(error: unknown): void {
  assert.fail(String(error));
}

const build = {
  id: "build",
  title: "Build the image",
  why: "So that it can run.",
  command: "docker build .",
};
const ship = { id: "ship", title: "Ship it" };

async function tell(report: Reporter, work: (task: Task) => Promise<void>): Promise<unknown> {
  const options = {
    title: "Deploy",
    about: "shop",
    signal: new AbortController().signal,
    clock: tickingClock(),
  };
  return operate({ ...options, report }, work).catch((thrown: unknown) => thrown);
}

async function reportsOf(
  work: (task: Task) => Promise<void>,
): Promise<{ reports: Report[]; thrown: unknown }> {
  const reports: Report[] = [];
  const thrown = await tell((report) => reports.push(report), work);
  return { reports, thrown };
}

describe("an operation", () => {
  test("says that it began, how each step went, and how it ended", async () => {
    const { reports } = await reportsOf(async (task) => {
      await task.step(build, async (step) => {
        step.line({ from: "stdout", text: "layer 1" });
        step.says("3 layers");
      });
      task.skip(ship, "nothing new");
    });
    const operation = reports[0]?.operation;
    assert.deepEqual(reports, [
      { kind: "began", operation, title: "Deploy", about: "shop", at: "1970-01-01T00:00:00.000Z" },
      { kind: "step", operation, step: { ...build, state: "running" } },
      { kind: "line", operation, step: "build", line: { from: "stdout", text: "layer 1" } },
      { kind: "step", operation, step: { ...build, state: "done", ms: 10, says: "3 layers" } },
      { kind: "step", operation, step: { ...ship, state: "skipped", because: "nothing new" } },
      { kind: "ended", operation, ms: 30, outcome: "done" },
    ]);
  });

  const ends = [
    {
      thrown: fault("program-missing", ["docker"]),
      state: "failed",
      outcome: "failed",
      code: "program-missing",
    },
    { thrown: new TypeError("x is not a function"), state: "failed", outcome: "failed", code: "unexpected" },
    { thrown: fault("cancelled", ["docker"]), state: "cancelled", outcome: "cancelled", code: undefined },
  ];
  for (const { thrown, state, outcome, code } of ends) {
    test(`ends as ${outcome} when a step throws "${thrown.message}", and throws it on`, async () => {
      const seen = await reportsOf((task) => task.step(build, () => Promise.reject(thrown)));
      assert.equal(seen.thrown, thrown);
      const [step, end] = seen.reports.slice(-2);
      assert.ok(step?.kind === "step" && end?.kind === "ended");
      assert.deepEqual([step.step.state, end.outcome], [state, outcome]);
      assert.equal("code" in step.step ? step.step.code : undefined, code);
    });
  }
});

describe("reporters", () => {
  const failing = async (task: Task) => {
    await task.step(build, async (step) => step.line({ from: "stderr", text: "layer 1" }));
    await task.step(ship, () => Promise.reject(fault("docker-stopped", ["/run/docker.sock"])));
  };

  test("lines: each step once for people in a hurry", async () => {
    let text = "";
    await tell(lineReporter({ write: (more) => (text += more), colour: false, why: false }), failing);
    assert.equal(
      text,
      "✓ Build the image  10 ms\n✗ Ship it  Docker is installed but its engine does not answer at /run/docker.sock: start it, then try again.\n",
    );
  });

  test("lines: with the reason, the command and what it printed for people who want to learn", async () => {
    let text = "";
    await tell(lineReporter({ write: (more) => (text += more), colour: true, why: true }), failing);
    assert.match(text, /So that it can run\..*\n.*\$ docker build \..*\n {4}layer 1\n/);
    assert.ok(text.includes("\x1b[31m✗\x1b[0m"));
  });

  test("json: one object a line, as the types say", async () => {
    let text = "";
    const reports: Report[] = [];
    await tell(
      tee(
        jsonReporter((more) => (text += more)),
        (report) => reports.push(report),
      ),
      failing,
    );
    assert.deepEqual(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
      reports,
    );
  });

  test("journal: how things ended, and never what programs print", async () => {
    const file = join(folder, "state", "activity.jsonl");
    await tell(journalReporter(file, noTrouble), failing);
    const kept = readJournal(file);
    assert.deepEqual(
      kept.map(({ kind }) => kind),
      ["began", "step", "step", "ended"],
    );
    assert.ok(!readFileSync(file, "utf8").includes("layer 1"));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test("journal: a line that a crash cut short is left out", () => {
    const file = join(folder, "cut.jsonl");
    writeFileSync(file, '{"kind":"ended","operation":"1","ms":1,"outcome":"done"}\n{"kind":"beg');
    assert.equal(readJournal(file).length, 1);
    assert.deepEqual(readJournal(join(folder, "none.jsonl")), []);
  });

  test("journal: a full one makes room and keeps one before it", async () => {
    const file = join(folder, "full.jsonl");
    writeFileSync(file, "x".repeat(1024 * 1024 + 1));
    await tell(journalReporter(file, noTrouble), failing);
    assert.equal(readJournal(file).length, 4);
    assert.equal(statSync(`${file}.1`).size, 1024 * 1024 + 1);
  });

  test("journal: one that cannot be written is told once and stops nothing", async () => {
    const blocked = join(folder, "blocked");
    writeFileSync(blocked, "a file where a folder should be");
    chmodSync(blocked, 0o400);
    const troubles: unknown[] = [];
    const done = await tell(
      journalReporter(join(blocked, "activity.jsonl"), (error) => troubles.push(error)),
      async () => {},
    );
    assert.deepEqual([done, troubles.length], [undefined, 1]);
  });

  test("journal: lies where the system keeps state", () => {
    assert.equal(journalFile({}, "/home/a"), "/home/a/.local/state/sistership/activity.jsonl");
    assert.equal(journalFile({ XDG_STATE_HOME: "/s" }, "/home/a"), "/s/sistership/activity.jsonl");
  });
});
