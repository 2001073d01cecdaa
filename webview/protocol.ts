import type {
  Extent,
  Filter,
  Level,
  ProcessState,
  ShownLine,
  Wording,
} from "../src/engine/environment/index.ts";

export type { Extent, Filter, Level, ProcessState, ShownLine, Wording };

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
  | { type: "filter"; filter: Filter }
  | { type: "search"; search: Wording }
  /** The last state is drawn: the next may come. */
  | { type: "seen" }
  | { type: "rows"; generation: number; from: number; count: number }
  | { type: "find"; row: number; direction: "next" | "previous" }
  /** The rows from one to before another; all without them. */
  | { type: "copy"; from?: number | undefined; to?: number | undefined }
  | { type: "save" }
  | { type: "open"; process: string; path: string; line: number; column?: number | undefined }
  | { type: "up" };
