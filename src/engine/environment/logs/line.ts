/** A line that a process printed. */
export interface LogLine {
  process: string;
  /** Milliseconds since 1970, with fractions. */
  time: number;
  stream: "stdout" | "stderr";
  text: string;
}

export interface ProcessState {
  name: string;
  state: "running" | "ended";
  exitCode?: number;
}

/** What is told to whoever follows a project's logs. */
export type LogEvent =
  | { kind: "lines"; lines: readonly LogLine[] }
  | { kind: "processes"; processes: readonly ProcessState[] }
  /** The engine went away; it is tried again until it answers. */
  | { kind: "connection"; state: "live" | "reconnecting" };
