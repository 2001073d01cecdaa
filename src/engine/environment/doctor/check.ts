import type { StepPlan } from "../../process/index.ts";
import type { Here } from "../here.ts";

/** One thing that has to be right before a project can run here. */
export interface Check extends StepPlan {
  /** Answers with what is right, in a few words; throws a Fault that says what is not. */
  look(patient: Here, signal: AbortSignal): Promise<string>;
}
