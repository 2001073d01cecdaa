import type { Target } from "../blueprint/index.ts";
import type { Machine } from "../docker/index.ts";

/** A folder on this machine: what environments are made in, and the doctor looks at. */
export interface Here {
  machine: Machine;
  /** The project's folder, or where one would be. */
  folder: string;
  /** Not the environment for development, but a rehearsal of what is released, beside it. */
  rehearsal?: Rehearsal;
}

export interface Rehearsal {
  /** The stage whose settings it runs with; without one, those that all stages share. */
  stage?: string;
}

/** What the images of an environment are built to be. */
export const targetOf = ({ rehearsal }: Pick<Here, "rehearsal">): Target => (rehearsal ? "release" : "dev");
