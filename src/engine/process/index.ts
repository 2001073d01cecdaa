export { type Command, format } from "./command.ts";
export { Fault, type FaultCode, type Fix, fault, isCancelled, toFault } from "./fault.ts";
export { journalFile, journalReporter, readJournal } from "./report/journal.ts";
export { jsonReporter } from "./report/json.ts";
export { lineReporter } from "./report/lines.ts";
export { tee } from "./report/tee.ts";
export { type Output, type RunOptions, run } from "./run.ts";
export { type Exit, type Line, type Running, type StartOptions, start } from "./start.ts";
export {
  type Clock,
  type OperationOptions,
  type Outcome,
  operate,
  type Report,
  type Reporter,
  type Step,
  type StepPlan,
  type StepState,
  type Task,
} from "./step.ts";
