import type { Duplex } from "node:stream";
import { Fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { throughProgram } from "./socket.ts";

export const enginePath = "/var/run/docker.sock";

/** The socket of a server's Docker engine: as this user, or as root where the user may not. */
export class EngineSocket {
  readonly #link: Link;
  #asRoot = false;

  constructor(link: Link) {
    this.#link = link;
  }

  async connect(signal: AbortSignal): Promise<Duplex> {
    if (!this.#asRoot) {
      try {
        return await this.#link.socket(enginePath, { signal });
      } catch (thrown) {
        if (!(thrown instanceof Fault && thrown.code === "socket-denied")) throw thrown;
        this.#asRoot = true;
      }
    }
    return throughProgram(this.#link, enginePath, { root: true, signal });
  }
}
