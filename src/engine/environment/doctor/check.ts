import type { Machine } from "../../docker/index.ts";
import type { StepPlan } from "../../process/index.ts";

/** What the doctor looks at, and with what. */
export interface Patient {
  machine: Machine;
  /** The project's folder, or where one would be. */
  folder: string;
}

/** One thing that has to be right before a project can run here. */
export interface Check extends StepPlan {
  /** Answers with what is right, in a few words; throws a Fault that says what is not. */
  look(patient: Patient, signal: AbortSignal): Promise<string>;
}
