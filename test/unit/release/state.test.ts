// What a server remembers, kept by the very script that runs there, in a folder of this machine.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Fault, run } from "../../../src/engine/process/index.ts";
import { history } from "../../../src/engine/release/history.ts";
import { append, readJournal, verify } from "../../../src/engine/release/state/journal.ts";
import { breakLock, holder, takeLock } from "../../../src/engine/release/state/lock.ts";
import { type Memory, memoryOn } from "../../../src/engine/release/state/remote.ts";

const { signal } = new AbortController();
let folder: string;
let memory: Memory;
const file = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sistership-state-"));
  memory = memoryOn(
    {
      run: ({ program, args = [], input }, { accept = [0] }) =>
        run({ program, args, ...(input === undefined ? {} : { input }) }, { accept }),
    },
    { app: "shop", stage: "production" },
    folder,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const take = (owner: string) => takeLock(memory, { owner, doing: "deploy", signal, now: () => new Date(0) });

describe("the lock", () => {
  test("is one's alone: of ten who come at once one has it, and the others are told who", async () => {
    const all = await Promise.allSettled(Array.from({ length: 10 }, (_, at) => take(`person ${at}`)));
    const [held, ...more] = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    assert.ok(held && more.length === 0);
    const owner = (await holder(memory, signal))?.owner ?? "nobody";
    for (const one of all)
      if (one.status === "rejected") {
        assert.ok(one.reason instanceof Fault && one.reason.code === "lock-held", String(one.reason));
        assert.match(one.reason.says, new RegExp(`^${owner} is deploying shop-production, since 1970-01-01`));
      }
    await held[Symbol.asyncDispose]();
    assert.equal(await holder(memory, signal), undefined);
    await (await take("the next"))[Symbol.asyncDispose]();
  });

  test("runs out when its holder is not heard of for a minute", async () => {
    await using first = await take("who is gone");
    const past = Date.now() / 1000 - 61;
    utimesSync(file("lock.json"), past, past);
    assert.equal(await holder(memory, signal), undefined);
    await using _ = await take("who comes");
    await assert.rejects(first.confirm(), { code: "lock-lost" });
    assert.ok(first.signal.aborted, "what was going on is ended");
  });

  test("is broken knowingly: the one that was seen, not one that came after", async () => {
    const first = await take("first");
    const seen = await holder(memory, signal);
    assert.ok(seen);
    await breakLock(memory, seen, signal);
    await using second = await take("second");
    await breakLock(memory, seen, signal);
    await second.confirm();
    await assert.rejects(first.confirm(), { code: "lock-lost" });
    await first[Symbol.asyncDispose]();
    assert.equal(
      (await holder(memory, signal))?.owner,
      "second",
      "who lost it does not take it from the next",
    );
  });
});

describe("the journal", () => {
  const deed = (says: string) => ({ at: "2026-01-01T00:00:00Z", who: "me", did: "deploy", says });
  const text = () => readFileSync(file("journal.jsonl"), "utf8");

  test("is a chain, whoever writes at once", async () => {
    await Promise.all([
      append(memory, deed('one \u2028 "hash":"ff"}'), signal),
      append(memory, deed("two"), signal),
    ]);
    await append(memory, deed("three"), signal);
    const entries = verify(text(), "shop-production");
    assert.deepEqual(entries, await readJournal(memory, signal));
    assert.deepEqual(entries.map(({ says }) => says).sort(), ['one \u2028 "hash":"ff"}', "three", "two"]);
  });

  test("shows a line that was changed, taken out, put in or moved", async () => {
    for (const says of ["one", "two", "three", "four"]) await append(memory, deed(says), signal);
    const [a = "", b = "", c = "", d = ""] = text().trimEnd().split("\n");
    for (const [lines, line] of [
      [[a, b.replace("two", "2"), c, d], 2],
      [[a, b.replace("me", "you"), c, d], 2],
      [[b, c, d], 1],
      [[a, c, d], 2],
      [[a, b, b, c, d], 3],
      [[a, c, b, d], 2],
      [[a, b, "nonsense", c, d], 3],
      [[a, b, c, `${d.slice(0, -2)},"more":1}`], 4],
    ] as const)
      assert.throws(() => verify(lines.join("\n"), "x"), {
        code: "journal-changed",
        message: new RegExp(`line ${line} `),
      });
  });

  test("says of what was begun how it stands: it goes on as long as somebody is at it, and then was interrupted", async () => {
    const at = { place: memory.place, memory };
    const told = async () => (await history(at, { verified: true }, signal)).map(({ outcome }) => outcome);
    const held = await take("who begins");
    await append(memory, deed("began"), signal);
    assert.deepEqual(await told(), [undefined]);
    await held[Symbol.asyncDispose]();
    assert.deepEqual(await told(), ["interrupted"]);
    // what somebody does beside it ends nothing
    await append(memory, { ...deed("ran"), beside: true, outcome: "done" }, signal);
    assert.deepEqual(await told(), ["interrupted", "done"]);
    await append(memory, { ...deed("ended"), outcome: "done" }, signal);
    assert.deepEqual(await told(), [undefined, "done", "done"]);
  });

  test("goes on behind a line that a crash cut short, which verification finds", async () => {
    await append(memory, deed("one"), signal);
    writeFileSync(file("journal.jsonl"), `${text()}{"at":"2026`);
    await append(memory, deed("two"), signal);
    assert.deepEqual(
      (await readJournal(memory, signal)).map(({ says }) => says),
      ["one", "two"],
    );
    assert.throws(() => verify(text(), "x"), { code: "journal-changed" });
  });
});

test("a release is written once, whole, and for root alone; what was cut short on its way is not there", async () => {
  await memory.ask("release", ["1"], signal, "{}");
  assert.ok((await memory.ask("release", ["1"], signal, "{ }")).forestalled);
  assert.equal((await run({ program: "stat", args: ["-c", "%a", file("releases/1.json")] })).stdout, "400\n");
  const script = readFileSync(new URL("../../../templates/server/sistership-state", import.meta.url), "utf8");
  const cut = await run(
    { program: "sh", args: ["-c", script, "state", folder, "release", "2", "100"], input: "{" },
    { accept: [74] },
  );
  assert.match(cut.stderr, /ended before all had arrived/);
  assert.equal((await memory.ask("releases", [], signal)).text, "1 {}\n");
});
