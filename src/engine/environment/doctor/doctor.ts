import { Fault, type Fix, isCancelled, type StepPlan, type Task } from "../../process/index.ts";
import type { Here } from "../here.ts";
import type { Check } from "./check.ts";
import { buildxCheck, composeCheck, diskCheck, engineCheck } from "./checks.ts";

export type Finding = { check: StepPlan } & (
  | { well: true; says: string }
  | { well: false; code: string; says: string; fix?: Fix }
);

const checks: readonly Check[] = [engineCheck, composeCheck, buildxCheck, diskCheck];

/** Looks at everything, whatever it finds: one illness does not hide another. */
export async function examine(patient: Here, task: Task): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { look, ...check } of checks) {
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
