// The house rules: types, format and lint, arrows that run one way, nothing unused. Any one that fails fails the whole.
import { availableParallelism } from "node:os";
import { styleText } from "node:util";
import { Fault, run } from "../src/engine/process/index.ts";

const rules = [
  { name: "types", program: "tsc", args: ["--noEmit"] },
  { name: "types of the webviews", program: "tsc", args: ["--noEmit", "--project", "webview"] },
  { name: "format and lint", program: "biome", args: ["ci", "--colors=off", "."] },
  {
    name: "arrows run one way",
    program: "depcruise",
    args: ["--config", ".dependency-cruiser.cjs", "src"],
  },
  { name: "nothing unused", program: "knip", args: ["--no-progress"] },
];

/** Checks all rules; answers with how many hold. */
export async function check(print: (text: string) => void): Promise<{ passed: number; failed: number }> {
  let [passed, failed] = [0, 0];
  const waiting = [...rules];
  const lane = async () => {
    for (let rule = waiting.shift(); rule; rule = waiting.shift()) {
      const start = performance.now();
      try {
        await run(rule, { timeoutMs: 120_000, onLine: () => {} });
        passed++;
        print(
          `${styleText("green", "✓")} check › ${rule.name} (${Math.round(performance.now() - start)} ms)\n`,
        );
      } catch (thrown) {
        failed++;
        print(`${styleText("red", "✗")} check › ${rule.name}\n`);
        const lines =
          thrown instanceof Fault && thrown.lastLines.length > 0 ? thrown.lastLines : [String(thrown)];
        for (const line of lines) print(`    ${line}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return { passed, failed };
}

if (process.argv[1] === import.meta.filename) {
  const { failed } = await check((text) => process.stdout.write(text));
  process.exitCode = failed === 0 ? 0 : 1;
}
