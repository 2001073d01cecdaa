import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Command,
  Fault,
  type FaultCode,
  format,
  run,
  start,
} from "../../../src/engine/process/index.ts";

const sh = (script: string): Command => ({ program: "sh", args: ["-c", script] });

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, `a Fault was expected, not ${thrown}`);
    return thrown;
  }
  throw new assert.AssertionError({ message: "it should have failed" });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // a zombie that nobody has collected yet is dead
  return !/^State:\s+Z/m.test(
    existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "",
  );
}

/** SIGKILL has been sent; the kernel needs a moment, and no event tells of a process that is not our child. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 200 && isAlive(pid); i++) await wait(10);
  assert.equal(isAlive(pid), false, `process ${pid} still runs`);
}

describe("run", () => {
  test("hands back what was printed, each stream for itself", async () => {
    const { code, stdout, stderr } = await run(sh("echo out; echo err >&2; printf 'no newline'"));
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "out\nno newline\n", stderr: "err\n" });
  });

  test("hands over each line as it comes, before the program ends", async () => {
    const running = await start(sh("echo first; read answer; echo $answer"));
    // the program waits for its input, which is closed: the first line is there before it ends
    const lines: string[] = [];
    for await (const { text } of running) lines.push(text);
    assert.deepEqual(lines, ["first", ""]);
    assert.deepEqual(await running.exited, { code: 0, signal: null });
  });

  test("writes the input and closes it", async () => {
    assert.equal(
      (await run({ program: "cat", input: "a secret that no process list shows" })).stdout,
      "a secret that no process list shows\n",
    );
  });

  test("adds to the environment and takes away from it", async () => {
    process.env.SISTERSHIP_TEST_TAKEN = "there";
    const { stdout } = await run({
      ...sh("echo $GIVEN-$SISTERSHIP_TEST_TAKEN-"),
      env: { GIVEN: "given", SISTERSHIP_TEST_TAKEN: undefined },
    });
    assert.equal(stdout, "given--\n");
  });

  test("passes arguments as they are, whatever a shell would make of them", async () => {
    const odd = ["a b", "$HOME", "'", '"', "*", "\\", "ü\n"];
    const { stdout } = await run({
      program: "node",
      args: ["-p", "JSON.stringify(process.argv.slice(1))", ...odd],
    });
    assert.deepEqual(JSON.parse(stdout), odd);
  });

  test("takes an exit code for an answer where that is agreed", async () => {
    assert.equal((await run(sh("exit 3"), { accept: [0, 3] })).code, 3);
  });

  test("cuts lines right, whatever the chunks: characters of several bytes, CRLF, a million lines", async () => {
    const script = `
      const out = Buffer.from("grüße\\r\\n€\\n");
      let i = 0;
      const next = () => { if (i < out.length) process.stdout.write(out.subarray(i, ++i), () => setImmediate(next)); };
      next();`;
    assert.equal((await run({ program: "node", args: ["-e", script] })).stdout, "grüße\n€\n");
    let count = 0;
    await run({ program: "seq", args: ["1000000"] }, { onLine: () => count++ });
    assert.equal(count, 1_000_000);
  });

  test("hands over a line without an end in pieces instead of hoarding it", async () => {
    const lengths: number[] = [];
    const program = { program: "node", args: ["-e", "process.stdout.write('x'.repeat(2.5 * 1024 * 1024))"] };
    await run(program, { onLine: ({ text }) => lengths.push(text.length) });
    assert.deepEqual(lengths, [1024 * 1024, 1024 * 1024, 512 * 1024]);
  });

  test("makes a program wait for a slow reader instead of holding all it prints", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sistership-"));
    try {
      const mark = join(folder, "ended");
      const running = await start(sh(`seq 400000; touch ${mark}`));
      const lines = running[Symbol.asyncIterator]();
      await lines.next();
      // 400,000 lines are 2.7 MB: far more than the pipe and our queue hold, so the program cannot have ended
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(existsSync(mark), false);
      let count = 1;
      while (!(await lines.next()).done) count++;
      await running.exited;
      assert.deepEqual([count, existsSync(mark)], [400_000, true]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("does not wait for a grandchild that holds the pipes open", async () => {
    const { stdout } = await run(sh("sleep 30 & echo $!"), { timeoutMs: 10_000 });
    const pid = Number(stdout);
    assert.ok(isAlive(pid), "it was left alone, for it may be a service");
    process.kill(pid);
  });
});

describe("a failure is one sentence", () => {
  const cases: { when: string; command: Command; code: FaultCode; says: RegExp }[] = [
    {
      when: "the program is missing",
      command: { program: "no-such-program" },
      code: "program-missing",
      says: /no-such-program was not found/,
    },
    {
      when: "the folder is missing",
      command: { program: "true", cwd: "/no/such/folder" },
      code: "folder-missing",
      says: /\/no\/such\/folder does not exist/,
    },
    {
      when: "the program may not be run",
      command: { program: "/etc/passwd" },
      code: "program-refused",
      says: /\/etc\/passwd could not be started: it is not executable/,
    },
    {
      when: "it exits with a code",
      command: sh("echo because >&2; exit 7"),
      code: "program-failed",
      says: /sh failed with exit code 7: because/,
    },
    {
      when: "it says why on the wrong stream",
      command: sh("echo because; exit 7"),
      code: "program-failed",
      says: /: because/,
    },
    {
      when: "it is killed",
      command: sh("kill -9 $$"),
      code: "program-failed",
      says: /was stopped by SIGKILL/,
    },
  ];
  for (const { when, command, code, says } of cases) {
    test(`when ${when}`, async () => {
      const fault = await faultOf(run(command));
      assert.equal(fault.code, code);
      assert.match(fault.says, says);
    });
  }

  test("with the last lines, and not more than is kept", async () => {
    const { lastLines } = await faultOf(run(sh("seq 100; exit 1")));
    assert.deepEqual(
      lastLines,
      Array.from({ length: 20 }, (_, i) => String(81 + i)),
    );
  });
});

describe("cancel and time-out", () => {
  test("end the whole process group, also children that ignore SIGTERM", async () => {
    const cancel = new AbortController();
    const pids: number[] = [];
    const script = `trap '' TERM; (trap '' TERM; echo $$; exec sleep 60) & sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' & echo $$; wait`;
    const promise = run(sh(script), {
      signal: cancel.signal,
      graceMs: 100,
      onLine: ({ text }) => pids.push(Number(text)) === 3 && cancel.abort(),
    });
    assert.equal((await faultOf(promise)).code, "cancelled");
    assert.equal(pids.length, 3);
    for (const pid of pids) await gone(pid);
  });

  test("let a program that heeds SIGTERM tidy up", async () => {
    const cancel = new AbortController();
    const seen: string[] = [];
    const script =
      "process.on('SIGTERM', () => { console.log('tidied'); process.exit(); }); console.log('ready'); setInterval(() => {}, 1000)";
    const promise = run(
      { program: "node", args: ["-e", script] },
      {
        signal: cancel.signal,
        onLine: ({ text }) => {
          seen.push(text);
          if (text === "ready") cancel.abort();
        },
      },
    );
    const fault = await faultOf(promise);
    assert.equal(fault.code, "cancelled");
    assert.deepEqual(fault.lastLines, ["ready", "tidied"]);
  });

  test("stop what takes too long, and say what it printed last", async () => {
    const fault = await faultOf(run(sh("echo so far; sleep 60"), { timeoutMs: 300 }));
    assert.equal(fault.code, "timed-out");
    assert.match(fault.says, /sh did not finish within 0\.3 s/);
    assert.deepEqual(fault.lastLines, ["so far"]);
  });

  test("do not start what is cancelled already", async () => {
    assert.equal((await faultOf(run(sh("echo never"), { signal: AbortSignal.abort() }))).code, "cancelled");
  });

  test("cancelling a program whose lines nobody reads ends it too", async () => {
    const cancel = new AbortController();
    const running = await start(sh("yes"), { signal: cancel.signal, graceMs: 100 });
    cancel.abort();
    assert.equal((await faultOf(running.exited)).code, "cancelled");
    await gone(running.pid);
  });
});

test("a command is shown as one would type it", () => {
  assert.equal(format({ program: "ssh", args: ["a@b", "echo it's", ""] }), `ssh a@b 'echo it'\\''s' ''`);
});

test("the engine's own exit ends what it started", async () => {
  // A CLI that gets SIGTERM cancels its operation; its program must not outlive it.
  const folder = mkdtempSync(join(tmpdir(), "sistership-"));
  const module = join(import.meta.dirname, "../../../src/engine/process/index.ts");
  const script = join(folder, "main.ts");
  writeFileSync(
    script,
    `import { run } from ${JSON.stringify(module)};
     const cancel = new AbortController();
     process.once("SIGTERM", () => cancel.abort());
     run({ program: "sh", args: ["-c", "echo $$; exec sleep 60"] }, { signal: cancel.signal, onLine: ({ text }) => console.log(text) }).catch((fault) => console.log(fault.code));`,
  );
  const parent = await start({
    program: "node",
    args: ["--input-type=module", "-e", `import ${JSON.stringify(script)}`],
  });
  const lines: string[] = [];
  for await (const { text } of parent) {
    lines.push(text);
    if (lines.length === 1) process.kill(parent.pid, "SIGTERM");
  }
  rmSync(folder, { recursive: true });
  assert.equal(lines[1], "cancelled");
  await gone(Number(lines[0]));
});
