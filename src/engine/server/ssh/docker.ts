import { Agent, type AgentOptions, type ClientRequest } from "node:http";
import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import type { Link } from "../link.ts";
import { EngineSocket, enginePath } from "./engineSocket.ts";
import { SocketOfProgram } from "./socket.ts";

/** How long a connection waits for the next request; the pool closes what has been idle for longer. */
const restMs = 4_000;
/** A program that leads to the socket holds one of the few sessions: few are kept, not for long, and some are left to others. */
const dearMost = 8;
const dearRest = 2;
const dearRestMs = 1_000;

/** The Docker engine of a server, over its connection: nothing of ours runs there, no port is opened here. */
export async function dockerOn(link: Link): Promise<Docker> {
  const { default: Dockerode } = await import("dockerode");
  // said outright, or docker-modem would take what DOCKER_HOST says of this machine. A path of a socket, not a name: of
  // requests to a name, VS Code takes the agent away and asks its proxies
  const options = {
    protocol: "http",
    host: "",
    socketPath: enginePath,
    agent: new ChannelAgent(link),
  } as const;
  return new Dockerode(options);
}

/** Sockets for HTTP that are channels of a link. */
class ChannelAgent extends Agent {
  readonly #engine: EngineSocket;
  readonly #resting = new Map<Duplex, NodeJS.Timeout>();

  constructor(
    link: Link,
    options: AgentOptions = { keepAlive: true, maxFreeSockets: 4, scheduling: "lifo" },
  ) {
    super(options);
    this.#engine = new EngineSocket(link);
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const { signal } = new AbortController(); // a request that is given up closes its socket
    this.#engine.connect(signal).then(
      (socket) => done?.(null, this.#counted(socket)),
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
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    clearTimeout(this.#resting.get(socket));
    this.#resting.delete(socket);
  }

  #counted(socket: Duplex): Duplex {
    socket.once("close", () => this.#resting.delete(socket));
    if (socket instanceof SocketOfProgram) this.maxSockets = dearMost;
    return socket;
  }
}
