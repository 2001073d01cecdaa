import { Agent, type AgentOptions, type ClientRequest } from "node:http";
import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import { Fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { SocketOfProgram, throughProgram } from "./socket.ts";

const path = "/var/run/docker.sock";
/** How long a connection waits for the next request; the pool closes what has been idle for longer. */
const restMs = 4_000;
/** A program that leads to the socket holds one of the few sessions: few are kept, not for long, and some are left to others. */
const dearMost = 8;
const dearRest = 2;
const dearRestMs = 1_000;

/** The Docker engine of a server, over its connection: nothing of ours runs there, no port is opened here. */
export async function dockerOn(link: Link): Promise<Docker> {
  const { default: Dockerode } = await import("dockerode");
  // said outright, or docker-modem would take what DOCKER_HOST says of this machine
  const options = { protocol: "http", host: "docker", port: 80, agent: new ChannelAgent(link) } as const;
  return new Dockerode(options);
}

/** Sockets for HTTP that are channels of a link. */
class ChannelAgent extends Agent {
  readonly #link: Link;
  readonly #resting = new Map<Duplex, NodeJS.Timeout>();
  #asRoot = false;

  constructor(
    link: Link,
    options: AgentOptions = { keepAlive: true, maxFreeSockets: 4, scheduling: "lifo" },
  ) {
    super(options);
    this.#link = link;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#connect().then(
      (socket) => done?.(null, socket),
      // http takes the error and leaves the socket
      (error) => Reflect.apply(done ?? (() => {}), undefined, [error]),
    );
  }

  override keepSocketAlive(socket: Duplex): boolean {
    const dear = socket instanceof SocketOfProgram;
    if (
      dear &&
      [...this.#resting.keys()].filter((one) => one instanceof SocketOfProgram).length >= dearRest
    ) {
      return false;
    }
    const timer = setTimeout(() => socket.destroy(), dear ? dearRestMs : restMs).unref();
    this.#resting.set(socket, timer);
    socket.once("close", () => this.#resting.delete(socket));
    return true;
  }

  override reuseSocket(socket: Duplex, _request: ClientRequest): void {
    clearTimeout(this.#resting.get(socket));
    this.#resting.delete(socket);
  }

  async #connect(): Promise<Duplex> {
    const { signal } = new AbortController(); // a request that is given up closes its socket
    if (!this.#asRoot) {
      try {
        return this.#counted(await this.#link.socket(path, { signal }));
      } catch (thrown) {
        if (!(thrown instanceof Fault && thrown.code === "socket-denied")) throw thrown;
        this.#asRoot = true;
      }
    }
    return this.#counted(await throughProgram(this.#link, path, { root: true, signal }));
  }

  #counted(socket: Duplex): Duplex {
    if (socket instanceof SocketOfProgram) this.maxSockets = dearMost;
    return socket;
  }
}
