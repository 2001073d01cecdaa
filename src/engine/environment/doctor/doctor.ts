import { type Fix, fault, isCancelled, type StepPlan, type Task, toFault } from "../../process/index.ts";
import type { Here } from "../here.ts";
import type { Check } from "./check.ts";
import { buildxCheck, clockCheck, composeCheck, engineCheck, placeCheck, proxyCheck } from "./docker.ts";
import { diskCheck, filesCheck, memoryCheck, portsCheck } from "./machine.ts";
import { sharingCheck } from "./sharing.ts";

export type Finding = { check: StepPlan } & (
  | { well: true; says: string }
  | { well: false; code: string; says: string; fix?: Fix }
);

const ofMachine: readonly Check[] = [composeCheck, buildxCheck, diskCheck, filesCheck, portsCheck];

/** What only an engine that answers can be asked. */
const ofEngine: readonly Check[] = [placeCheck, sharingCheck, memoryCheck, clockCheck, proxyCheck];

/** Looks at everything side by side, whatever it finds: one illness neither hides nor holds up another. */
export async function examine(patient: Here, task: Task, patienceMs = 10_000): Promise<Finding[]> {
  const look = (check: Check) => lookAt(check, patient, task, patienceMs);
  const [engine, ...machine] = await together([engineCheck, ...ofMachine].map(look));
  if (engine?.well) return [engine, ...machine, ...(await together(ofEngine.map(look)))];
  for (const { look: _, ...check } of ofEngine) task.skip(check, "Docker does not answer");
  return engine ? [engine, ...machine] : machine;
}

/** Waits for all, so that nothing is told after a cancellation was. */
async function together(looks: readonly Promise<Finding>[]): Promise<Finding[]> {
  await Promise.allSettled(looks);
  return Promise.all(looks);
}

async function lookAt(one: Check, patient: Here, task: Task, patienceMs: number): Promise<Finding> {
  const { look: _, ...check } = one;
  try {
    const says = await task.step(check, async (step) => {
      const answer = await inTime(one, patient, task.signal, patienceMs);
      step.says(answer);
      return answer;
    });
    return { check, well: true, says };
  } catch (thrown) {
    if (isCancelled(thrown)) throw thrown;
    const { code, says, fix } = toFault(thrown);
    return { check, well: false, code, says, ...(fix ? { fix } : {}) };
  }
}

/** Disks of networks and engines that hang answer no signal either, so they are not waited for. */
async function inTime(one: Check, patient: Here, signal: AbortSignal, patienceMs: number): Promise<string> {
  const late = AbortSignal.timeout(patienceMs);
  const over = AbortSignal.any([signal, late]);
  const end = new Promise<never>((_, reject) => {
    const stop = () => reject(fault("cancelled", [one.title]));
    if (over.aborted) stop();
    else over.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([one.look(patient, over), end]);
  } catch (thrown) {
    if (!late.aborted || signal.aborted) throw thrown;
    throw fault("check-silent", [one.title, patienceMs / 1000, one.command ?? ""], { cause: thrown });
  }
}
