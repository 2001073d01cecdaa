// Visitors in a process of their own, so that nothing the deploying one does makes them wait. Told what to visit, they go
// on until they are told to stop; at each word "phase" they say what they met with since the last.
import { randomBytes } from "node:crypto";
import {
  type ClientRequest,
  Agent as PlainAgent,
  request as plainRequest,
  type RequestOptions,
} from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

/** Where one goes: servers by address, asked in turn; over TLS unless a port is said. */
export interface Place {
  addresses: readonly string[];
  host: string;
  port?: number;
}

export type Told = { do: "visit"; place: Place } | { do: "phase"; name: string } | { do: "stop" };

/** What was met with in a phase. */
export interface Phase {
  sent: number;
  failed: number;
  /** Cut without an answer over a connection that had rested, and asked once more over a new one: see `answered`. */
  askedAgain: number;
  slowestMs: number;
  /** Each kind of failure, how often, and when it was first seen. */
  why: Record<string, number>;
  /** When each version was answered first and last, by the clock of the machine. */
  versions: Record<string, { first: number; last: number }>;
}

/** How many of each kind there are at once. Sessions are shorter than the time that an application is given to stop. */
const crowd = { get: 70, post: 20, slow: 4, events: 3, socket: 3, upload: 1 } as const;
type Kind = keyof typeof crowd;
const sessionSeconds = 20;
const restMs = 200;
const uploadBytes = 100_000_000;
const body = randomBytes(5000).toString("hex");
const piece = randomBytes(1_000_000);

const fresh = (): Phase => ({ sent: 0, failed: 0, askedAgain: 0, slowestMs: 0, why: {}, versions: {} });

function visit(place: Place): { phase(): Phase; stop(): Promise<Phase> } {
  const Agent = place.port === undefined ? TlsAgent : PlainAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
  let met = fresh();
  let going = true;
  const one = async (kind: Kind, at: number) => {
    await pause(Math.random() * restMs);
    for (let turn = at; going; turn++) {
      const address = place.addresses[turn % place.addresses.length] ?? "";
      const from = performance.now();
      met.sent++;
      try {
        const again = () => {
          met.askedAgain++;
        };
        const version = await kinds[kind]({ place, agent, address, again });
        const now = Date.now();
        if (version !== undefined) {
          const seen = met.versions[version];
          met.versions[version] = { first: seen?.first ?? now, last: now };
        }
        const long = kind === "get" || kind === "post" ? 0 : Number.POSITIVE_INFINITY;
        met.slowestMs = Math.max(met.slowestMs, performance.now() - from - long);
      } catch (thrown) {
        met.failed++;
        const why = `${kind}: ${thrown instanceof Error ? thrown.message || thrown.name : thrown}`;
        met.why[why] = (met.why[why] ?? 0) + 1;
      }
      await pause(kind === "upload" ? 5000 : restMs);
    }
  };
  const all = Object.entries(crowd).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, at) => one(kind as Kind, at)),
  );
  const phase = () => {
    const was = met;
    met = fresh();
    return was;
  };
  return {
    phase,
    async stop() {
      going = false;
      await Promise.all(all);
      agent.destroy();
      return phase();
    },
  };
}

interface Going {
  place: Place;
  agent: PlainAgent | TlsAgent | false;
  address: string;
  again: () => void;
}

/** What each kind does; answers with the version that answered, where that is a matter of a moment. */
const kinds: Record<Kind, (going: Going) => Promise<string | undefined>> = {
  get: (going) => answered(going, "/"),
  async post(going) {
    const asked = ask(going, "POST", "/echo");
    asked.end(body);
    if ((await text(asked)) !== body) throw new Error("answered something else than was sent");
    return undefined;
  },
  async slow(going) {
    await text(ask(going, "GET", `/slow?${sessionSeconds}`));
    return undefined;
  },
  async events(going) {
    if (!(await text(ask(going, "GET", `/events?${sessionSeconds}`))).endsWith("data: end\n\n"))
      throw new Error("ended before its end");
    return undefined;
  },
  async upload(going) {
    const asked = ask(going, "POST", "/upload");
    const answer = text(asked);
    answer.catch(() => {});
    for (let sent = 0; sent < uploadBytes && !asked.destroyed; sent += piece.length)
      if (!asked.write(piece) && !asked.destroyed) await drainedOrClosed(asked);
    asked.end();
    if ((await answer) !== String(uploadBytes)) throw new Error("arrived in part");
    return undefined;
  },
  async socket(going) {
    const socket = await upgraded(
      ask(going, "GET", "/socket", { Connection: "Upgrade", Upgrade: "websocket" }),
    );
    for (let second = 0; second < sessionSeconds; second++) {
      await echoed(socket, `second ${second}`);
      await pause(1000);
    }
    socket.end(frame(8, ""));
    return undefined;
  },
};

/**
 * What a client gets that asks as browsers do. Where a connection rests, a request and the word that it is closed may
 * meet on the way (RFC 9112, 9.3.1): what is cut then without a byte of an answer, and may be repeated, is asked once more
 * over a new connection.
 */
async function answered(going: Going, path: string): Promise<string> {
  const first = ask(going, "GET", path);
  let begun = false;
  first.on("response", () => {
    begun = true;
  });
  try {
    return await text(first);
  } catch (thrown) {
    if (begun || !first.reusedSocket || (thrown as NodeJS.ErrnoException).code !== "ECONNRESET") throw thrown;
  }
  going.again();
  return text(ask({ ...going, agent: false }, "GET", path));
}

function ask(
  { place, agent, address }: Going,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): ClientRequest {
  const key =
    headers.Upgrade === undefined
      ? {}
      : { "Sec-WebSocket-Key": randomBytes(16).toString("base64"), "Sec-WebSocket-Version": "13" };
  const options: RequestOptions = {
    ...{ host: address, path, method, agent },
    headers: { Host: place.host, ...headers, ...key },
    timeout: 90_000,
  };
  const asked =
    place.port === undefined
      ? tlsRequest({ ...options, port: 443, servername: place.host, rejectUnauthorized: false })
      : plainRequest({ ...options, port: place.port });
  asked.on("timeout", () => asked.destroy(new Error("no answer within 90 s")));
  if (method === "GET") asked.end();
  return asked;
}

function drainedOrClosed(asked: ClientRequest): Promise<void> {
  return new Promise((done) => {
    const on = () => {
      asked.off("drain", on).off("close", on);
      done();
    };
    asked.on("drain", on).on("close", on);
  });
}

function text(asked: ClientRequest): Promise<string> {
  return new Promise((done, failed) => {
    asked.on("error", (error) => {
      // the two may meet on the way where a connection rests: a request, and that it is closed
      if (asked.reusedSocket) error.message += " over a connection that rested";
      failed(error);
    });
    asked.on("response", (answer) => {
      let all = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        all += chunk;
      });
      answer.on("error", failed);
      answer.on("end", () =>
        (answer.statusCode ?? 0) >= 400 ? failed(new Error(`answered ${answer.statusCode}`)) : done(all),
      );
    });
  });
}

function upgraded(asked: ClientRequest): Promise<Duplex> {
  return new Promise((done, failed) => {
    asked.on("error", failed);
    asked.on("response", ({ statusCode }) => failed(new Error(`answered ${statusCode}`)));
    asked.on("upgrade", (_, socket) => {
      socket.on("error", () => {}); // whoever waits for an answer hears of its end
      done(socket);
    });
  });
}

/** Says something, and waits until it comes back. */
function echoed(socket: Duplex, said: string): Promise<void> {
  return new Promise((done, failed) => {
    const ended = () => failed(new Error("was closed before its end"));
    if (socket.destroyed) return ended();
    socket.once("close", ended);
    socket.once("data", () => {
      socket.off("close", ended);
      done();
    });
    socket.write(frame(1, said));
  });
}

/** A frame of a client: masked, as it must be. */
function frame(kind: number, said: string): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(said).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | kind, 0x80 | masked.length]), mask, masked]);
}

let visiting: ReturnType<typeof visit> | undefined;
process.on("message", async (told: Told) => {
  if (told.do === "visit") visiting = visit(told.place);
  if (told.do === "phase") process.send?.(visiting?.phase());
  if (told.do === "stop") {
    process.send?.(await visiting?.stop());
    process.disconnect();
  }
});
