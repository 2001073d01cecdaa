import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LogBook, type LogLine, levelOf, outside, Screen } from "../../../src/engine/environment/index.ts";
import { readAnsi } from "../../../src/engine/environment/logs/ansi.ts";
import { Bookmark } from "../../../src/engine/environment/logs/bookmark.ts";
import { Demultiplexer } from "../../../src/engine/environment/logs/demultiplex.ts";
import { Hold } from "../../../src/engine/environment/logs/hold.ts";
import { Merge } from "../../../src/engine/environment/logs/merge.ts";
import { placesIn } from "../../../src/engine/environment/logs/places.ts";

const none = { text: "", regex: false, matchCase: false };
const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({
  process: "web",
  time: 0,
  stream: "stdout",
  text,
  ...more,
});

describe("the level of a line is recognised", () => {
  const cases: [string, string | undefined][] = [
    ['{"level":30,"time":1,"msg":"pino"}', "info"],
    ['{"level":"error","msg":"winston"}', "error"],
    ['{"severity":"WARNING","message":"cloud"}', "warn"],
    ['{"message":"level: error is only said"}', undefined],
    ["INFO:     127.0.0.1:5000 - GET / 200 OK", "info"],
    ["2026-11-21 03:34:07,123 - root - WARNING - disk", "warn"],
    ["[2026-11-21 03:34:07 +0000] [7] [INFO] Listening", "info"],
    ["time=2026-11-21T03:34:07Z level=debug msg=hello", "debug"],
    ["2026-11-21 03:34:07.123 UTC [1] FATAL:  role does not exist", "fatal"],
    ["2026-11-21 03:34:07.123 UTC [1] LOG:  ready", "info"],
    ["2026-11-21T03:34:07.000Z  WARN 1 --- [main] c.e.App : spring", "warn"],
    ["E1121 03:34:07.123456       1 main.go:10] klog", "error"],
    ["E, [2026-11-21T03:34:07.1 #1] ERROR -- : rails", "error"],
    ["[2026-11-21 03:34:07] production.ERROR: laravel", "error"],
    ["TypeError: x is not a function", "error"],
    ["Traceback (most recent call last):", "error"],
    ['127.0.0.1 - - [21/Nov/2026] "GET / HTTP/1.1" 502 12', "error"],
    ["no error here", undefined],
    ["hello", undefined],
  ];
  for (const [text, level] of cases) test(text, () => assert.equal(levelOf(text), level));
});

test("escape sequences become looks, and nothing of them is left in the text", () => {
  const { text, looks } = readAnsi(
    "\x1b[1;31mred\x1b[0m plain \x1b[38;5;196mcube\x1b[48;2;1;2;3m rgb\x1b[m\x1b]0;title\x07\x1b[2K.",
  );
  assert.equal(text, "red plain cube rgb.");
  assert.deepEqual(looks, [
    { from: 0, to: 3, bold: true, colour: 1 },
    { from: 10, to: 14, colour: "rgb(255, 0, 0)" },
    { from: 14, to: 18, colour: "rgb(255, 0, 0)", behind: "rgb(1, 2, 3)" },
  ]);
});

describe("places in source files are found, and where they are outside", () => {
  const cases: [string, string[]][] = [
    ["    at fn (/app/src/a.js:3:2)", ["/app/src/a.js:3:2"]],
    ['  File "/app/main.py", line 12, in home', ["/app/main.py:12"]],
    ["PHP Warning: x in /app/index.php on line 3", ["/app/index.php:3"]],
    ["\tmain.go:10 +0x1", ["main.go:10"]],
    ["src/lib.rs:4:9 and ./b.ts:1", ["src/lib.rs:4:9", "./b.ts:1"]],
    ["http://example.com:8080/ 12:34:56 v1.2:3", []],
  ];
  for (const [text, places] of cases)
    test(text, () =>
      assert.deepEqual(
        placesIn(text).map((one) =>
          [one.path, one.line, one.column].filter((x) => x !== undefined).join(":"),
        ),
        places,
      ),
    );
  test("through the deepest mount", () => {
    const mounts = [
      { inside: "/app", outside: "/home/me/shop" },
      { inside: "/app/lib", outside: "/home/me/lib" },
    ];
    assert.deepEqual(outside("/app/lib/x.js", "/home/me/shop", mounts).slice(0, 2), [
      "/home/me/lib/x.js",
      "/home/me/shop/lib/x.js",
    ]);
    assert.deepEqual(outside("/apple/x.js", "/home/me/shop", mounts), []);
    assert.deepEqual(outside("src/x.js", "/home/me/shop", [])[0], "/home/me/shop/src/x.js");
  });
});

test("frames are cut into lines wherever the chunks are cut", () => {
  const frame = (stream: number, text: string) => {
    const body = Buffer.from(text);
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const at = "2026-11-21T03:34:07.123456789Z ";
  const all = Buffer.concat([
    frame(1, `${at}grüße\n`),
    frame(2, `${at}bad\n`),
    frame(1, `${at}be`),
    frame(1, `${at}gun\n`),
  ]);
  for (let cut = 0; cut <= all.length; cut++) {
    const demultiplexer = new Demultiplexer({ process: "web" }, { terminal: false });
    const lines = [...demultiplexer.push(all.subarray(0, cut)), ...demultiplexer.push(all.subarray(cut))];
    assert.deepEqual(
      lines.map(({ stream, text }) => [stream, text]),
      [
        ["stdout", "grüße"],
        ["stderr", "bad"],
        ["stdout", "begun"],
      ],
    );
    assert.ok(Math.abs((lines[0]?.time ?? 0) - (Date.parse("2026-11-21T03:34:07Z") + 123.456789)) < 0.01);
  }
});

test("a source that still reads its past holds the others back to what it has reached", async () => {
  const merge = new Merge<LogLine>();
  const [a, b] = [merge.inlet(1000), merge.inlet(1000)];
  await a.push([line("a1", { time: 1 }), line("a5", { time: 5 })]);
  assert.deepEqual(merge.take(), [], "b has said nothing yet");
  await b.push([line("b2", { time: 2 }), line("b3", { time: 3 })]);
  assert.deepEqual(
    merge.take().map(({ text }) => text),
    ["a1", "b2", "b3"],
  );
  b.end();
  assert.deepEqual(
    merge.take().map(({ text }) => text),
    ["a5"],
  );
  a.end();
  assert.equal(merge.empty, true);
});

test("a container is gone on with where it was left: no line twice, none left out", () => {
  const stamped = (second: string, text: string, stream: "stdout" | "stderr" = "stdout") => ({
    ...line(text, { stream }),
    stamp: `2026-11-21T03:34:${second}.000000000Z`,
  });
  const bookmark = new Bookmark();
  assert.equal(bookmark.resume(), undefined, "from the beginning");
  bookmark.fresh([stamped("07", "a"), stamped("08", "b")]);
  assert.equal(bookmark.resume(), `${Date.parse("2026-11-21T03:34:07Z") / 1000}.000000000`);
  const again = [
    ...[stamped("07", "a"), stamped("08", "b"), stamped("08", "of the same moment")],
    ...[stamped("07", "came late", "stderr"), stamped("09", "c")],
  ];
  assert.deepEqual(
    bookmark.fresh(again).map(({ text }) => text),
    ["of the same moment", "came late", "c"],
  );
});

test("lines of engines that are far apart wait for each other for a moment", () => {
  const hold = new Hold();
  assert.deepEqual(hold.pass([line("second", { time: 2 })], 1000), []);
  assert.deepEqual(hold.pass([line("first", { time: 1 }), line("third", { time: 3 })], 1100), []);
  assert.equal(hold.due(1100), 100);
  const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);
  assert.deepEqual(texts(hold.pass([], 1200)), ["first", "second"]);
  assert.deepEqual(texts(hold.pass([], 1300)), ["third"]);
  assert.equal(hold.due(1300), undefined);
});

describe("what is kept and shown", () => {
  const full = () => {
    const book = new LogBook({ lines: 1_000_000, bytes: 1 << 30 });
    const screen = new Screen(book);
    const settle = () => {
      while (screen.work(50));
    };
    return { book, screen, settle };
  };

  test("rows pass the filter by process, level and words; a stack goes with its error", () => {
    const { book, screen, settle } = full();
    book.append([
      line("ERROR: it broke"),
      line("    at x (a.js:1:1)"),
      line("INFO: fine"),
      line("DEBUG: small", { process: "worker" }),
      line("\x1b[32mgreen\x1b[0m and well", { process: "worker" }),
    ]);
    const shown = () => {
      settle();
      const { first, end } = screen.extent;
      return screen.rows(first, end - first).map(({ id }) => id);
    };
    assert.deepEqual(shown(), [0, 1, 2, 3, 4]);
    screen.filter({ processes: [], level: "error", wording: none });
    assert.deepEqual(shown(), [0, 1]);
    screen.filter({ processes: ["worker"], level: "info", wording: none });
    assert.deepEqual(shown(), [4]);
    screen.filter({ processes: [], level: "trace", wording: { ...none, text: "green and" } });
    assert.deepEqual(shown(), [4], "colours are not part of the words");
    screen.filter({
      processes: [],
      level: "trace",
      wording: { ...none, text: "^(INFO|error)", regex: true },
    });
    assert.deepEqual(shown(), [0, 2]);
    screen.filter({ processes: [], level: "trace", wording: { ...none, text: "(", regex: true } });
    assert.match(screen.extent.filterError ?? "", /^Not a regular expression: .*Unterminated group/);
    assert.deepEqual(shown(), [0, 2], "what was shown stays");
  });

  test("a search counts, and goes round at the ends", () => {
    const { book, screen, settle } = full();
    book.append(["x", "hit 1", "x", "hit 2", "x", "hit 3"].map((text) => line(text)));
    screen.search({ ...none, text: "HIT" });
    settle();
    assert.equal(screen.extent.hits, 3);
    assert.deepEqual(screen.find(0, "next"), { row: 1, index: 1 });
    assert.deepEqual(screen.find(1, "next"), { row: 3, index: 2 });
    assert.deepEqual(screen.find(5, "next"), { row: 1, index: 1 });
    assert.deepEqual(screen.find(1, "previous"), { row: 5, index: 3 });
    assert.deepEqual(screen.rows(3, 1)[0]?.hits, [[0, 3]]);
  });

  test("an expression that comes to no end is stopped and said so", () => {
    const { book, screen, settle } = full();
    book.append([line(`${"a".repeat(40)}!`)]);
    screen.filter({ processes: [], level: "trace", wording: { ...none, text: "^(a+)+$", regex: true } });
    settle();
    assert.match(screen.extent.filterError ?? "", /takes too long/);
    assert.equal(screen.extent.end, 1, "all lines are shown");
  });

  test("the oldest lines go when it is full, and rows keep their numbers", () => {
    const book = new LogBook({ lines: 20_000, bytes: 1 << 30 });
    const screen = new Screen(book);
    for (let at = 0; at < 50_000; at += 1000) {
      book.append(Array.from({ length: 1000 }, (_, i) => line(`line ${at + i}`, { time: at + i })));
      while (screen.work(50));
    }
    const { first, end } = screen.extent;
    assert.equal(end, 50_000);
    assert.ok(end - first >= 20_000 && end - first <= 20_000 + 2 * 8192, `${end - first} are kept`);
    assert.equal(screen.rows(first, 1)[0]?.text, `line ${first}`);
    assert.equal(screen.rows(end - 1, 5)[0]?.text, "line 49999");
  });

  test("little memory beside the text", () => {
    const book = new LogBook({ lines: 200_000, bytes: 1 << 30 });
    const text = "GET /api/tasks 200 12 ms – größer".repeat(3);
    for (let at = 0; at < 100; at++) book.append(Array.from({ length: 1000 }, () => line(text)));
    const needed = Buffer.byteLength(text) * 100_000;
    assert.ok(book.bytes < needed * 1.1, `${book.bytes} for ${needed}`);
  });
});
