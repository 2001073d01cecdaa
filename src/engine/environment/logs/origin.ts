import type Docker from "dockerode";
import type { Fault } from "../../process/index.ts";
import type { Speaker } from "./line.ts";
import type { Mount } from "./open.ts";

/** A container that prints. */
export interface Printer extends Speaker {
  id: string;
  running: boolean;
  exitCode?: number;
  /** Makes of a line what is shown of it; undefined where that is nothing. */
  read?: (text: string) => string | undefined;
}

/** Something that happened to one: `start`, `die`, `destroy`… */
export interface Happening {
  action: string;
  printer: Printer;
}

/** An engine whose containers are read: which of them, and how it is reached. */
export interface Origin {
  connect(signal: AbortSignal): Promise<Docker>;
  /** What its clock shows. */
  now(docker: Docker): Promise<number>;
  /** Those that are there, also those that have ended. */
  printers(docker: Docker, signal: AbortSignal): Promise<Printer[]>;
  /** What happens to them from now on; throws when the engine goes away. */
  happenings(docker: Docker, signal: AbortSignal): Promise<AsyncIterable<Happening>>;
  fault(thrown: unknown): Fault;
  /** Whether a failure may pass by itself, so that it is tried again. */
  passes(fault: Fault): boolean;
  /** What is said while it is tried again. */
  lost: string;
  /** Told where folders of this machine are seen inside a process. */
  onMounts?: ((process: string, mounts: readonly Mount[]) => void) | undefined;
}
