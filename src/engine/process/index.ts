export { type Command, format } from "./command.ts";
export { Fault, type FaultCode, type Fix, fault, isCancelled, toFault } from "./fault.ts";
export { journalFile, journalReporter, readJournal } from "./report/journal.ts";
export { jsonReporter } from "./report/json.ts";
export { lineReporter } from "./report/lines.ts";
export { progressText } from "./report/progress.ts";
export { tee } from "./report/tee.ts";
export { type Output, type RunOptions, run } from "./run.ts";
export { type Line, type Running, start } from "./start.ts";
export {
  type OperationOptions,
  type Outcome,
  operate,
  type Progress,
  type Report,
  type Reporter,
  type RunningStep,
  type Step,
  type StepPlan,
  type Task,
} from "./step.ts";
