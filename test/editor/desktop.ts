// npm run test:desktop: the suite of the extension host in a desktop VS Code, which @vscode/test-electron downloads.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import { packExtension } from "../rig/editor/pack.ts";
import { bundleSuite } from "./host/bundle.ts";

const root = join(import.meta.dirname, "../..");
const home = mkdtempSync(join(tmpdir(), "ss-")); // macOS allows sockets only short paths

try {
  await packExtension();
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: await bundleSuite(),
    launchArgs: [
      home,
      "--user-data-dir",
      join(home, "user"),
      "--disable-extensions",
      "--disable-workspace-trust",
    ],
    extensionTestsEnv: { XDG_STATE_HOME: join(home, "state") },
  });
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(
    `The suite did not pass in a desktop VS Code: ${reason}. It needs a display and, the first time, a network that reaches VS Code's downloads.`,
  );
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
