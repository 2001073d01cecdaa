import { fault, isCancelled, type Task, toFault } from "../process/index.ts";
import { type Control, processNamed } from "./control.ts";
import { framesIn } from "./edgeLog.ts";
import type { Ground, Site } from "./ground.ts";
import { stackOf } from "./place.ts";
import { oneOffSpec } from "./spec/oneOff.ts";
import { append, type Deed } from "./state/journal.ts";
import { remove } from "./swarm/apply.ts";
import { until, whyAborted } from "./swarm/pace.ts";
import { complaint, isOver, type SwarmTask, tasksOf } from "./swarm/tasks.ts";

/** What a program printed, as it came. */
export interface Printed {
  from: "stdout" | "stderr";
  bytes: Buffer;
}

interface OneOff extends Control {
  /** In whose image, with whose variables, secrets and volumes; the main process where it is left out. */
  process?: string;
  program: readonly string[];
  /** Tells this one from others at the same time. */
  id: string;
  print(printed: Printed): void;
}

/** How long a program that is cancelled has to end. */
const removalMs = 60_000;

/**
 * Runs a program once, beside what runs and as that runs. Answers with its exit code. It takes no lock, for it changes
 * nothing of a release, and goes on through a deploy; the journal keeps who ran which program, and none of its arguments,
 * among which a secret may be.
 */
export async function runIn(
  { ground, process = ground.profile.main, program, id, print, ...doer }: OneOff,
  task: Task,
): Promise<number> {
  const [{ docker }] = ground.sites;
  const { signal } = task;
  const [first = ""] = program;
  const did = `run ${first} in ${process}`;
  const note = (deed: Partial<Deed>, under: AbortSignal) =>
    append(ground.memory, { at: doer.now().toISOString(), who: doer.who, did, beside: true, ...deed }, under);
  const live = await processNamed(ground, process, signal);
  const spec = oneOffSpec(ground.place, live.Spec, program, `${stackOf(ground.place)}-run-${id}`);
  const plan = {
    id: "run",
    title: `Run ${first} in ${process}`,
    why: "In the image that is live, with its variables and secrets, and out of the way of visitors.",
    command: `docker service logs ${spec.Name}`,
  };
  return task.step(plan, async (step) => {
    await note({ outcome: "done", says: "It was started." }, signal);
    let ended: Partial<Deed> = { outcome: "done" };
    try {
      const service = await docker.createService({ ...spec, abortSignal: signal });
      const code = await follow(ground, service.id, print, signal);
      ended = { outcome: code === 0 ? "done" : "failed", says: `It ended with exit code ${code}.` };
      step.says(`exit code ${code}`);
      return code;
    } catch (thrown) {
      const known = signal.aborted ? toFault(whyAborted(signal)) : toFault(thrown);
      ended = { outcome: isCancelled(known) ? "cancelled" : "failed", says: known.says };
      throw known;
    } finally {
      const under = AbortSignal.timeout(removalMs);
      await remove(docker, spec.Name ?? "", under).catch(() => undefined); // the next deploy sweeps up what is over
      await note(ended, under).catch(() => undefined); // the server is out of reach: what failed first is told
    }
  });
}

async function follow(
  ground: Ground,
  service: string,
  print: OneOff["print"],
  signal: AbortSignal,
): Promise<number> {
  const [{ docker }] = ground.sites;
  const tasks = () => tasksOf(docker, service, signal);
  const begun = await until(
    async () => (await tasks()).find((one) => isOver(one) || one.Status.State === "running"),
    signal,
  );
  const site = ground.sites.find(({ node }) => node === begun.NodeID);
  const container = begun.Status.ContainerStatus?.ContainerID;
  if (site && container) await printLog(site, container, print, signal);
  return codeOf(await until(async () => (await tasks()).find(isOver), signal));
}

/** What was printed before anybody looked is in the log as well. */
async function printLog({ docker }: Site, container: string, print: OneOff["print"], signal: AbortSignal) {
  const options = { stdout: true, stderr: true, follow: true, abortSignal: signal } as const;
  const log = await docker.getContainer(container).logs(options);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of log) {
    const found = framesIn(Buffer.concat([rest, Buffer.from(chunk)]));
    rest = found.rest;
    for (const { stream, bytes } of found.frames) print({ from: stream === 2 ? "stderr" : "stdout", bytes });
  }
}

function codeOf(task: SwarmTask): number {
  const { State, ContainerStatus } = task.Status;
  if (State === "complete") return 0;
  const code = ContainerStatus?.ExitCode;
  if (code === undefined || code === 0) throw fault("run-failed", [complaint(task)]);
  return code;
}
