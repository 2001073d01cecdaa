import { Fault, type Fix, isCancelled, type StepPlan, type Task } from "../../process/index.ts";
import type { Here } from "../here.ts";
import type { Check } from "./check.ts";
import { buildxCheck, clockCheck, composeCheck, engineCheck, placeCheck, proxyCheck } from "./docker.ts";
import { diskCheck, filesCheck, memoryCheck, portsCheck } from "./machine.ts";

export type Finding = { check: StepPlan } & (
  | { well: true; says: string }
  | { well: false; code: string; says: string; fix?: Fix }
);

const checks: readonly Check[] = [engineCheck, composeCheck, buildxCheck, diskCheck, filesCheck, portsCheck];

/** What only an engine that answers can be asked. */
const ofEngine: readonly Check[] = [placeCheck, memoryCheck, clockCheck, proxyCheck];

/** Looks at everything, whatever it finds: one illness does not hide another. */
export async function examine(patient: Here, task: Task): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { look, ...check } of [...checks, ...ofEngine]) {
    if (ofEngine.some(({ id }) => id === check.id) && findings[0]?.well !== true) {
      task.skip(check, "Docker does not answer");
      continue;
    }
    try {
      const says = await task.step(check, async (step) => {
        const answer = await look(patient, task.signal);
        step.says(answer);
        return answer;
      });
      findings.push({ check, well: true, says });
    } catch (thrown) {
      if (isCancelled(thrown) || !(thrown instanceof Fault)) throw thrown;
      const { code, says, fix } = thrown;
      findings.push({ check, well: false, code, says, ...(fix ? { fix } : {}) });
    }
  }
  return findings;
}
