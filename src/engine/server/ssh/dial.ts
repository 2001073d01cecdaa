import type { Duplex } from "node:stream";
import { fault } from "../../process/index.ts";
import { keepAlive } from "./alive.ts";
import { Connection, Refused } from "./connection.ts";
import { handshake, NotIn } from "./handshake.ts";
import { library } from "./library.ts";
import { Login } from "./login.ts";
import { type Destination, destination, type SshMachine } from "./machine.ts";
import { socketOf } from "./remote.ts";
import type { Secrets } from "./secrets.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { transport } from "./transport.ts";

/** Where to, and how. */
export interface Way {
  /** What the server is called in sentences. */
  name: string;
  to: Destination;
  /** The hosts on the way, where whoever asks knows better than the configuration. */
  jumps: readonly string[] | undefined;
  /** How many hosts lie between it and the server that is wanted in the end. */
  depth: number;
}

interface DialOptions {
  machine: SshMachine;
  secrets: Secrets;
  /** A connection to a host on the way, which others may use too. */
  hop(way: Way): Promise<Connection>;
  /** Called when nothing runs over the connection any more. */
  idle(): void;
  signal: AbortSignal;
}

// An agent may hold more keys than sshd listens to on one connection; a few more are no attack yet.
const most = 4;

/** Makes a connection and logs in. */
export async function dial(
  way: Way,
  { machine, secrets, hop, idle, signal }: DialOptions,
): Promise<Connection> {
  const { name } = way;
  const settings = settingsOf(way.to, machine, way.jumps);
  const ssh = await library();
  const tools = { ssh, secrets, machine };
  const login = new Login(name, settings, tools);
  for (let turn = 1; ; turn++) {
    const socket = await road(way, settings, { machine, hop, signal });
    try {
      const { client, fingerprint } = await handshake(name, socket, settings, login, tools, signal);
      const { user, hostname: host, port } = settings;
      keepAlive(client, socket);
      return new Connection(name, client, { user, host, port, fingerprint }, idle);
    } catch (thrown) {
      socket.destroy();
      if (!(thrown instanceof NotIn)) throw thrown;
      if (!thrown.again || turn === most) throw thrown.fault;
    }
  }
}

/** What the connection runs over: a network, the user's own command, or another server. */
async function road(
  way: Way,
  settings: Settings,
  { machine, hop, signal }: Pick<DialOptions, "machine" | "hop" | "signal">,
): Promise<Duplex> {
  const last = settings.jumps.at(-1);
  if (last === undefined) return transport(way.name, settings, machine, signal);
  const before = settings.jumps.slice(0, -1);
  const between = await hop({
    name: last,
    to: destination(last),
    jumps: before.length > 0 ? before : undefined,
    depth: way.depth + 1,
  });
  const { hostname, port } = settings;
  try {
    const channel = await between.tcp(hostname, port, signal, `The connection to ${way.name}`);
    return socketOf(channel, between);
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    const place = `${hostname}:${port}`;
    if (thrown.forbidden)
      throw fault("forwarding-forbidden", [last, place, "AllowTcpForwarding yes"], { cause: thrown });
    throw fault(
      "server-unreachable",
      [way.name, `${last}, which lies on the way, could not reach ${place}.`],
      { cause: thrown },
    );
  }
}
