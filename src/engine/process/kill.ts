import { spawnSync } from "node:child_process";

/** Signals a whole process group. A group that is already gone is what was wanted. */
export function killGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  if (process.platform === "win32") {
    // Windows knows neither groups nor SIGTERM: taskkill walks the tree.
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
