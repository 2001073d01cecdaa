import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";

/** Something that wants to be reached from this machine. */
export interface Wanted {
  name: string;
  /** The port it has inside. */
  port: number;
  /** Opened in a browser: keeps its own number where it can. */
  web: boolean;
}

export interface PortQuestion {
  wanted: readonly Wanted[];
  /** What it was the last time. */
  before: Readonly<Record<string, number>>;
  /** Held by this very environment right now. */
  own: ReadonlySet<number>;
  /** Held or remembered by other environments of this machine. */
  others: ReadonlySet<number>;
  /** Spreads the ports of services, so that two checkouts rarely want the same. */
  salt: string;
  isFree: (port: number) => Promise<boolean>;
}

export interface PortChoice {
  ports: Record<string, number>;
  /** Those that had another port before. */
  moved: { name: string; from: number; to: number }[];
}

/** Ports that the system hands out by itself begin at 32768; those that need rights end at 1023. */
const lowest = 10_000;
const highest = 32_000;

/** A port for each: the one it had, else its own, else one that is free. */
export async function choosePorts(question: PortQuestion): Promise<PortChoice> {
  const { wanted, before, own, others } = question;
  const taken = new Set<number>();
  const ports: Record<string, number> = {};
  const moved: PortChoice["moved"] = [];
  const usable = async (port: number) =>
    !taken.has(port) && (own.has(port) || (!others.has(port) && (await question.isFree(port))));
  for (const one of wanted) {
    const last = Object.hasOwn(before, one.name) ? before[one.name] : undefined;
    const port = await first(candidates(one, last, question.salt), usable);
    taken.add(port);
    ports[one.name] = port;
    if (last !== undefined && last !== port) moved.push({ name: one.name, from: last, to: port });
  }
  return { ports, moved };
}

function* candidates({ name, port, web }: Wanted, last: number | undefined, salt: string): Generator<number> {
  if (last !== undefined) yield last;
  if (web) {
    const start = port < 1024 ? port + 8000 : port;
    for (let next = start; next < Math.min(start + 50, 65_536); next++) yield next;
  }
  const spread = createHash("sha256").update(`${salt}/${name}`).digest().readUInt32BE();
  const range = highest - lowest;
  for (let step = 0; step < range; step++) yield lowest + ((spread + step) % range);
}

async function first(from: Iterable<number>, test: (port: number) => Promise<boolean>): Promise<number> {
  for (const port of from) if (await test(port)) return port;
  throw new Error("no port of this machine is free");
}

/** Whether nothing of this machine answers at a port, and it can be listened at. */
export async function isPortFree(port: number): Promise<boolean> {
  const answers = await Promise.all(["127.0.0.1", "::1"].map((host) => isAnswered(port, host)));
  return !answers.includes(true) && canListen(port);
}

/** macOS lets two listen at one port, by its address and by any: asking tells. */
function isAnswered(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 500 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

/** Reserved ranges of Windows refuse without anybody listening. */
function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
