// Runs inside the extension host: in the rig by test/editor/host.test.ts, on a desktop by test/editor/desktop.ts.
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export interface HostTest {
  name: string;
  ms: number;
  /** Undefined where it passed. */
  failure?: string;
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 20_000, reporter: "min" });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await import("./extension.ts");
  const tests: HostTest[] = [];
  const failures = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on("pass", (test) => tests.push({ name: test.fullTitle(), ms: test.duration ?? 0 }))
      .on("fail", (test, error) => {
        tests.push({ name: test.fullTitle(), ms: test.duration ?? 0, failure: error.stack ?? error.message });
      });
  });
  const file = process.env.SISTERSHIP_HOST_RESULT;
  if (file) writeFileSync(file, JSON.stringify(tests));
  for (const { name, failure } of tests) console.log(failure ? `✗ ${name}\n${failure}` : `✓ ${name}`);
  if (failures > 0) throw new Error(`${failures} failed`);
}
