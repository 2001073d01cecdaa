// Stays beside a run of ours and clears up after it, however it ends: `node reaper.ts RUN`, with its standard input held
// open by the run. A killed run cannot tidy up; the kernel closes its pipe, and that is heard here.
import { readdirSync, readFileSync } from "node:fs";
import { sweepRun } from "./docker/sweep.ts";

const run = process.argv[2];
if (!run) throw new Error("The reaper needs to know which run it watches over.");

process.on("SIGINT", () => {}).on("SIGTERM", () => {}); // the run gets these too; its end is what counts
for await (const _ of process.stdin); // until the run ends

for (const pid of processesOf(run)) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone by itself
  }
}
await sweepRun(run);

/** The processes that were started by a run: they carry its name in their environment. */
function processesOf(name: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid) || pid === process.pid) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`SISTERSHIP_RUN=${name}`);
      } catch {
        return false; // gone, or not ours to read
      }
    });
}
