// npm test [-- part…]: the parts of the test suite, side by side where they do not disturb each other.
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "node:test";
import { styleText } from "node:util";
import { check } from "./check.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  /** Said once more before the sum: the first time they are thousands of lines up. */
  failures: string[];
}

type Part = (signal: AbortSignal) => Promise<Count>;

/** What failed at first, of what was tried again. It is told, and does not count. */
const unsteady: string[] = [];
const root = join(import.meta.dirname, "..");
const parts: Record<string, Part> = {
  check: async () => ({ ...nothing(), ...(await check(print)) }),
  unit: files("unit", 2),
  integration: files("integration", 1),
  editor: twice("editor"),
};
/** Each lane is one after the other; the lanes run beside each other, for two cores. */
const lanes = [["check", "unit", "editor"], ["integration"]];
/** What either lane goes on with, file by file, when it is through with its own. */
const shared = "servers";

function files(part: string, concurrency: number): Part {
  return (signal) => suite(part, pathsOf(part), concurrency, signal);
}

/**
 * File by file, and once more where one fails: a mouse in a browser on a busy machine may miss what moves. A fault of ours
 * fails both times.
 */
function twice(part: string): Part {
  return async (signal) => {
    const total = nothing();
    for (const path of pathsOf(part)) {
      let count = await suite(part, [path], 1, signal);
      if (count.failed > 0 && !signal.aborted) {
        print(`${styleText("yellow", "↻")} ${part} › ${path}: tried once more\n`);
        unsteady.push(...count.failures);
        count = await suite(part, [path], 1, signal);
      }
      add(total, count);
    }
    return total;
  };
}

const nothing = (): Count => ({ passed: 0, failed: 0, skipped: 0, failures: [] });

function add(total: Count, { passed, failed, skipped, failures }: Count): void {
  total.failures.push(...failures);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

function pathsOf(part: string): string[] {
  return globSync(`test/${part}/**/*.test.ts`, { cwd: root }).sort();
}

/** Runs test files, each in a process of its own, and prints every test as it ends. */
async function suite(
  part: string,
  paths: string[],
  concurrency: number,
  signal: AbortSignal,
): Promise<Count> {
  const count = nothing();
  const stream = run({ files: paths.map((path) => join(root, path)), concurrency, signal });
  for await (const { type, data } of stream) {
    if (type === "test:stderr" || type === "test:stdout") {
      if (process.env.SISTERSHIP_TEST_OUTPUT) print(data.message);
      continue;
    }
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details.type === "suite" && type === "test:pass") continue;
    const name = `${part} › ${data.file ? `${relative(join(root, "test", part), data.file)} › ` : ""}${data.name}`;
    if (data.skip !== undefined) {
      count.skipped++;
      print(
        `${styleText("yellow", "–")} ${name}: skipped, ${data.skip === true ? "without a reason" : data.skip}\n`,
      );
    } else if (type === "test:pass") {
      count.passed++;
      print(`${styleText("green", "✓")} ${name} (${Math.round(data.details.duration_ms)} ms)\n`);
    } else if (data.details.error.failureType !== "subtestsFailed") {
      count.failed++;
      const failure = `${styleText("red", "✗")} ${name}\n${indent(describe(data.details.error))}\n`;
      count.failures.push(failure);
      print(failure);
    }
  }
  return count;
}

function describe(error: Error): string {
  const cause = error.cause ?? error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}

function print(text: string): void {
  process.stdout.write(text);
}

async function main(asked: readonly string[]): Promise<number> {
  const known = [...Object.keys(parts), shared];
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    print(`There is no part "${unknown[0]}": choose from ${known.join(", ")}.\n`);
    return 2;
  }
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => cancel.abort());

  const total = nothing();
  const isAsked = (name: string) => asked.length === 0 || asked.includes(name);
  const counted = async (part: Promise<Count>) => add(total, await part);
  const left = isAsked(shared) ? pathsOf(shared) : [];
  const lane = async (names: readonly string[]) => {
    for (const name of names) {
      const part = parts[name];
      if (part && isAsked(name) && !cancel.signal.aborted) await counted(part(cancel.signal));
    }
    for (let next = left.shift(); next !== undefined && !cancel.signal.aborted; next = left.shift())
      await counted(suite(shared, [next], 1, cancel.signal));
  };
  await Promise.all(lanes.map(lane));
  if (cancel.signal.aborted) {
    print("The tests were cancelled.\n");
    return 130;
  }
  if (unsteady.length > 0)
    print(`\nWhat failed the first time, of what was tried once more:\n${unsteady.join("")}`);
  if (total.failures.length > 0) print(`\nWhat failed:\n${total.failures.join("")}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  print(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
