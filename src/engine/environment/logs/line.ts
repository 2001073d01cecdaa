/** Who printed a line. */
export interface Speaker {
  process: string;
  /** Which of those that run the same, and on which server; an environment has one of each, on this machine. */
  replica?: string;
  server?: string;
}

/** Of a line, or whatever else knows it, who printed it. */
export function speakerOf({ process, replica, server }: Speaker): Speaker {
  return { process, ...(replica ? { replica } : {}), ...(server ? { server } : {}) };
}

/** A line that a process printed. */
export interface LogLine extends Speaker {
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

/** What is told to whoever follows logs. */
export type LogEvent =
  | { kind: "lines"; lines: readonly LogLine[] }
  | { kind: "processes"; processes: readonly ProcessState[] }
  | { kind: "connection"; state: "live" }
  /** An engine went away; it is tried again until it answers. */
  | { kind: "connection"; state: "reconnecting"; says: string };
