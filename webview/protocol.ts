import type {
  Extent,
  Filter,
  Level,
  ProcessState,
  ShownLine,
  Wording,
} from "../src/engine/environment/index.ts";
import type { Progress, Step } from "../src/engine/process/index.ts";
import type { Plan, RollingLine, RollingReplica, StageStatus, Traffic } from "../src/engine/release/index.ts";

export type {
  Extent,
  Filter,
  Level,
  Plan,
  ProcessState,
  Progress,
  RollingLine,
  RollingReplica,
  ShownLine,
  StageStatus,
  Step,
  Traffic,
  Wording,
};

/** How it stands between the view and what it shows. */
export type Connection =
  | { is: "connecting" }
  | { is: "live" }
  | { is: "reconnecting"; says: string }
  | { is: "failed"; says: string };

export interface LogState {
  /** Absent where it is an environment on this machine. */
  stage?: string;
  connection: Connection;
  processes: readonly ProcessState[];
  extent: Extent;
  /** Old lines that had to go, since there are too many. */
  dropped: number;
}

/** What the extension tells the log view. */
export type ToLogs =
  | { type: "state"; state: LogState }
  | { type: "rows"; generation: number; from: number; count: number; rows: readonly ShownLine[] }
  | { type: "found"; generation: number; row: number; index: number }
  | { type: "select"; processes: readonly string[] };

/** What the log view asks of the extension. */
export type FromLogs =
  | { type: "ready"; filter: Filter; search: Wording }
  /** `at`: when, in milliseconds by the clock of the page. */
  | { type: "filter"; filter: Filter; at: number }
  | { type: "search"; search: Wording; at: number }
  /** The last state is drawn: the next may come. */
  | { type: "seen" }
  | { type: "rows"; generation: number; from: number; count: number }
  | { type: "find"; row: number; direction: "next" | "previous" }
  /** The rows from one to before another; all without them. */
  | { type: "copy"; from?: number | undefined; to?: number | undefined }
  | { type: "save" }
  | { type: "open"; process: string; path: string; line: number; column?: number | undefined }
  | { type: "up" };

/** A stage that can be deployed to. */
export interface StageChoice {
  name: string;
  servers: readonly string[];
}

/** A step as the panel draws it. */
export interface ShownStep {
  step: Step;
  /** When it began, in milliseconds of this machine's clock; absent of one that was skipped. */
  began?: number;
  progress?: Progress;
  /** The last line that its program printed, while it runs. */
  line?: string;
}

/** What one server would be sent. */
export interface ShownSending {
  server: string;
  image: string;
  says: string;
}

/** What comes of it, and what can be done now. */
export type DeployPhase =
  /** Nobody has looked yet, or what was seen no longer holds. */
  | { is: "idle" }
  | { is: "planning" }
  | { is: "planned"; plan: Plan; sendings: readonly ShownSending[] }
  | { is: "nothing"; plan: Plan }
  /** `taken` since there is something to take back. */
  | { is: "running"; what: "deploy" | "rollback"; taken: boolean; cancelling: boolean }
  | { is: "done"; what: "deploy" | "rollback"; release: number; url?: string; ms: number }
  | {
      is: "failed";
      what: "plan" | "deploy" | "rollback";
      says: string;
      next: string;
      lines: readonly string[];
    }
  | { is: "cancelled"; what: "plan" | "deploy" | "rollback"; says: string }
  /** Somebody else is at it; `waiting` until they are done. */
  | { is: "locked"; owner: string; doing: string; since: string; heardSeconds: number; waiting: boolean };

/** What runs on the servers, and since when that is known. */
export interface Runs {
  status: StageStatus;
  /** Digests of what was built here, by image; absent where nothing was built in this window. */
  built?: Readonly<Record<string, string>>;
}

export interface DeployState {
  app: string;
  stage: string;
  stages: readonly StageChoice[];
  /** People use it: what is done is said with its name. */
  careful: boolean;
  phase: DeployPhase;
  steps: readonly ShownStep[];
  replicas: readonly RollingReplica[];
  lines: readonly RollingLine[];
  traffic: readonly Traffic[];
  runs?: Runs;
  /** Something else that goes on in this window, which has to end first. */
  busy?: string;
}

/** What the extension tells the deploy panel. */
export type ToDeploy = { type: "state"; state: DeployState };

/** What the deploy panel asks of the extension. */
export type FromDeploy =
  | { type: "ready" }
  /** The last state is drawn: the next may come. */
  | { type: "seen" }
  | { type: "stage"; name: string }
  | { type: "plan" }
  | { type: "deploy" }
  | { type: "cancel" }
  | { type: "rollBack" }
  | { type: "wait" }
  | { type: "breakLock" }
  | { type: "open" }
  | { type: "copy"; step: string }
  | { type: "showLog" };
