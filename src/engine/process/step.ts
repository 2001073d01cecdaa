import { randomUUID } from "node:crypto";
import type { FaultCode } from "./fault.ts";
import { isCancelled, toFault } from "./fault.ts";
import type { Line } from "./start.ts";

/** What one step of an operation is: the same for the progress, the journal and the lesson. */
export interface StepPlan {
  /** Stable within the operation. */
  id: string;
  title: string;
  /** One sentence: why this is done at all. */
  why?: string;
  /** The command that does the same by hand. */
  command?: string;
}

export type StepState =
  | { state: "running" }
  | { state: "done"; ms: number; says?: string }
  | { state: "skipped"; because: string }
  | { state: "cancelled"; ms: number }
  | { state: "failed"; ms: number; code: FaultCode; says: string };

export type Step = StepPlan & StepState;

export type Outcome =
  | { outcome: "done" }
  | { outcome: "cancelled" }
  | { outcome: "failed"; code: FaultCode; says: string };

/** How far a step is that moves bytes. */
export interface Progress {
  done: number;
  total: number;
  /** What it is at: a layer. */
  at: string;
  perSecond: number;
  secondsLeft?: number;
}

/** All that an operation tells while it runs. Surfaces draw it, the CLI prints it, the journal keeps it. */
export type Report =
  | { kind: "began"; operation: string; title: string; about: string; at: string }
  | { kind: "step"; operation: string; step: Step }
  | { kind: "line"; operation: string; step: string; line: Line }
  | { kind: "progress"; operation: string; step: string; progress: Progress }
  | ({ kind: "ended"; operation: string; ms: number } & Outcome);

export type Reporter = (report: Report) => void;

/** What every function that does long work is given. */
export interface Task {
  readonly signal: AbortSignal;
  /** Runs a step and reports how it went; what it throws goes on to the caller. */
  step<T>(plan: StepPlan, work: (step: RunningStep) => Promise<T>): Promise<T>;
  /** Tells of a step that need not run. */
  skip(plan: StepPlan, because: string): void;
}

export interface RunningStep {
  /** Passes on a line that the step's program printed. */
  line(line: Line): void;
  /** How far it is; told as often as it is known, shown as often as one can read. */
  progress(progress: Progress): void;
  /** What to say of the step when it is done, instead of nothing. */
  says(text: string): void;
}

export interface Clock {
  /** Milliseconds that only go forward. */
  now(): number;
  date(): Date;
}

export const systemClock: Clock = { now: () => performance.now(), date: () => new Date() };

export interface OperationOptions {
  title: string;
  /** What it is done to: a folder, a server, a stage. */
  about: string;
  report: Reporter;
  signal: AbortSignal;
  clock?: Clock;
}

/** Runs an operation: says that it began, hands its steps to the reporter, says how it ended. */
export async function operate<T>(options: OperationOptions, work: (task: Task) => Promise<T>): Promise<T> {
  const { title, about, report, signal, clock = systemClock } = options;
  const operation = randomUUID();
  const begin = clock.now();
  const since = (start: number) => Math.round(clock.now() - start);
  report({ kind: "began", operation, title, about, at: clock.date().toISOString() });

  const task: Task = {
    signal,
    async step(plan, body) {
      const start = clock.now();
      const tell = (state: StepState) => report({ kind: "step", operation, step: { ...plan, ...state } });
      let says: string | undefined;
      tell({ state: "running" });
      try {
        const result = await body({
          line: (line) => report({ kind: "line", operation, step: plan.id, line }),
          progress: (progress) => report({ kind: "progress", operation, step: plan.id, progress }),
          says: (text) => {
            says = text;
          },
        });
        tell({ state: "done", ms: since(start), ...(says === undefined ? {} : { says }) });
        return result;
      } catch (thrown) {
        const { code, says } = toFault(thrown);
        const ms = since(start);
        tell(isCancelled(thrown) ? { state: "cancelled", ms } : { state: "failed", ms, code, says });
        throw thrown;
      }
    },
    skip(plan, because) {
      report({ kind: "step", operation, step: { ...plan, state: "skipped", because } });
    },
  };

  const end = (outcome: Outcome) => report({ kind: "ended", operation, ms: since(begin), ...outcome });
  try {
    const result = await work(task);
    end({ outcome: "done" });
    return result;
  } catch (thrown) {
    const { code, says } = toFault(thrown);
    end(isCancelled(thrown) ? { outcome: "cancelled" } : { outcome: "failed", code, says });
    throw thrown;
  }
}
