// What runs by the clock: the same times as cron's in systemd's words, and a job made from its specification alone.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { readCron } from "../../../src/engine/profile/index.ts";
import { calendar } from "../../../src/engine/release/timers/calendar.ts";
import { timerFiles } from "../../../src/engine/release/timers/units.ts";
import { shop, wanted } from "./given.ts";

for (const [text, lines] of [
  ["0 3 * * *", ["*-*-* 03:00:00 UTC"]],
  ["*/30 9-11 * * MON-FRI", ["Mon,Tue,Wed,Thu,Fri *-*-* 09,10,11:00,30:00 UTC"]],
  ["0 0 13 * 5", ["*-*-13 00:00:00 UTC", "Fri *-*-* 00:00:00 UTC"]],
  ["@yearly", ["*-01-01 00:00:00 UTC"]],
] as const)
  test(`${text} is ${lines.join(" and ")}`, () => {
    const read = readCron(text);
    assert.ok(read.ok);
    assert.deepEqual(calendar(read.times), lines);
  });

test("a job has what its process has, whatever stands in it, and no secret's value", () => {
  const draft = wanted(
    shop
      .replace("{ run: node worker.js }", `{ run: "node 'night job.js'", schedule: "@daily", memory: 64m }`)
      .replace("LOG_LEVEL: warning", `LOG_LEVEL: "it's $HOME, \\"100 %\\"\\n2"`),
  );
  const spec = draft.processes.worker ?? {};
  const { script, timer } = timerFiles({ app: "shop", stage: "production" }, spec);
  assert.match(timer, /^OnCalendar=\*-\*-\* 00:00:00 UTC$/m);
  // a docker that says what it was told
  const told = `docker() { case $1-$2 in node-inspect) echo 1 ;; service-inspect) return 1 ;; esac; }
exec_docker() { for one in "$@"; do printf '%s\\0' "$one"; done; }
${script.replace("exec docker", "exec_docker")}`;
  const { stdout, status } = spawnSync("sh", ["-s"], { input: told, encoding: "utf8" });
  const words = stdout.slice(stdout.indexOf("service\0create")).split("\0");
  assert.equal(status, 0);
  const after = (flag: string) => words.flatMap((word, at) => (word === flag ? [words[at + 1]] : []));
  assert.ok(after("--env").includes(`LOG_LEVEL=it's $HOME, "100 %"\n2`), after("--env").join("\n"));
  assert.ok(after("--secret").some((one) => one?.startsWith("source=shop-production-TOKEN-1,target=TOKEN,")));
  assert.deepEqual(after("--limit-memory"), [String(64 * 1024 ** 2)]);
  assert.deepEqual(words.slice(-4, -1), ["--", "node", "night job.js"]);
});
