import type { Task } from "../process/index.ts";
import type { Site } from "./ground.ts";

/** An image as it was built here. */
export interface Built {
  /** What this machine knows it by. */
  image: string;
  /** The digest of its configuration: what it is, wherever it lies. */
  digest: string;
  entrypoint: readonly string[];
  command: readonly string[];
}

/** Where images come from, and how they get to a server. */
export interface Supply {
  /** Builds what is released for a kind of processor; by the profile's images. */
  build(architecture: string, task: Task): Promise<Readonly<Record<string, Built>>>;
  /** Brings an image of this machine to servers, proves that it is the same there, and answers with what they know it by. */
  ship(built: Built, to: readonly Site[], task: Task): Promise<string>;
  /** Brings an image of others to a server: fetched there, or else sent from here. */
  fetch(image: string, to: Site, task: Task): Promise<void>;
}
