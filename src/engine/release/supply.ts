import type { Sending } from "../image/index.ts";
import type { Task } from "../process/index.ts";
import type { Stage } from "../profile/index.ts";
import type { Site } from "./ground.ts";

/** An image as it was built here. */
export interface Built {
  /** What the engine that built it knows it by. */
  image: string;
  /** Where that engine is: on this machine, or on the first server of the stage. */
  on: Stage["build"];
  /** The digest of its configuration: what it is, wherever it lies. */
  digest: string;
  entrypoint: readonly string[];
  command: readonly string[];
}

/** An image of others, and the server that it is for. */
export interface Fetched {
  image: string;
  to: Site;
}

/** Where images come from, and how they get to a server. */
export interface Supply {
  /** Builds what is released, for the processor of a stage's first server, here or there; by the profile's images. */
  build(first: Site, on: Stage["build"], task: Task): Promise<Readonly<Record<string, Built>>>;
  /** Brings an image to servers, the first of them first, proves that it is the same there, and answers with what they know it by. */
  ship(built: Built, to: readonly [Site, ...Site[]], task: Task): Promise<string>;
  /** Brings an image of others to a server that has it not: fetched there, or else sent from here. */
  fetch(image: string, to: Site, task: Task): Promise<void>;
  /** What both of that would send, told before a byte is. */
  sendings(
    built: readonly Built[],
    fetched: readonly Fetched[],
    to: readonly [Site, ...Site[]],
    signal: AbortSignal,
  ): Promise<Sending[]>;
}
