import type Docker from "dockerode";
import { template } from "../../blueprint/index.ts";
import { fault, type Task } from "../../process/index.ts";
import type { Ground, Site } from "../ground.ts";
import { labelsOf, stackOf } from "../place.ts";
import { remove } from "../swarm/apply.ts";
import { servicesWith } from "../swarm/tasks.ts";
import { cronOf, scheduledLabel } from "./scheduled.ts";
import { type TimerFiles, timerFiles, timerFolder } from "./units.ts";

/** A server without systemd says so. */
const without = 69;

/** Has the first server of a stage start by the clock what a release has to be started so, and nothing else. */
export async function setTimers(
  ground: Ground,
  specs: readonly Docker.ServiceSpec[],
  task: Task,
): Promise<void> {
  const [home, ...others] = ground.sites;
  const wanted = specs
    .filter((spec) => cronOf(spec) !== undefined)
    .map((spec) => timerFiles(ground.place, spec));
  const plan = {
    id: "timers",
    title: "Timers",
    why: "What runs by the clock is started by the server's own systemd: nothing of ours stays running there.",
    command: `systemctl list-timers 'sistership-${stackOf(ground.place)}-*'`,
  };
  if (wanted.length === 0) return clear(ground, task.signal);
  await task.step(plan, async (step) => {
    for (const site of others) await sync(ground, site, [], task.signal);
    await sync(ground, home, wanted, task.signal);
    step.says(`${wanted.map(({ process }) => process).join(", ")} on ${home.name}`);
  });
}

/** Nothing is started any more, and what is at work by the clock is told to end. */
export async function stopTimers(ground: Ground, signal: AbortSignal): Promise<void> {
  await clear(ground, signal);
  const [{ docker }] = ground.sites;
  const labels = Object.entries(labelsOf(ground.place)).map((pair) => pair.join("="));
  for (const { Spec } of await servicesWith(docker, [...labels, scheduledLabel], signal))
    await remove(docker, Spec.Name ?? "", signal);
}

async function clear(ground: Ground, signal: AbortSignal): Promise<void> {
  for (const site of ground.sites) await sync(ground, site, [], signal);
}

/** Throws where a server has nothing that starts anything by the clock. */
export async function timersThere({ name, link }: Site, signal: AbortSignal): Promise<void> {
  const { code } = await link.run(
    { program: "test", args: ["-d", "/run/systemd/system"] },
    { signal, timeoutMs: 20_000, accept: [0, 1] },
  );
  if (code !== 0) throw fault("no-timers", [name]);
}

async function sync(
  { place }: Ground,
  { name, link }: Site,
  wanted: readonly TimerFiles[],
  signal: AbortSignal,
): Promise<void> {
  const files = wanted.flatMap(({ process, unit, script, service, timer }) => [
    process,
    unit,
    ...[script, service, timer].map((text) => Buffer.from(text).toString("base64")),
  ]);
  const args = ["-c", template("server/sistership-timers"), "sistership-timers", timerFolder(place)];
  const { code, stderr } = await link.run(
    {
      program: "sh",
      args: [...args, `sistership-${stackOf(place)}-`],
      // by its input: what a process is given as variables is in no process list
      input: files.map((line) => `${line}\n`).join(""),
      root: true,
    },
    { signal, timeoutMs: 60_000, accept: [0, 1, 2, without] },
  );
  if (code === without && wanted.length > 0) throw fault("no-timers", [name]);
  if (code === 1 || code === 2)
    throw fault("timers-refused", [name, stderr.trim().split("\n").at(-1) ?? "it said nothing"]);
}
