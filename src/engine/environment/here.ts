import type { Machine } from "../docker/index.ts";

/** A folder on this machine: what environments are made in, and the doctor looks at. */
export interface Here {
  machine: Machine;
  /** The project's folder, or where one would be. */
  folder: string;
}
