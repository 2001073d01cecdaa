import { Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

/** What visitors met with while something went on. */
export interface Met {
  sent: number;
  /** Each failure in words: an answer that is none, or one of 500 and more. */
  failed: string[];
  /** When each of them was begun, by `performance.now()`. */
  failedFrom: number[];
  slowestMs: number;
  /** How often each answer was given that `tell` told apart. */
  answers: Record<string, number>;
}

interface Visitors {
  address: string;
  host: string;
  connections: number;
  /** How long each of them rests between two requests, its connection open; not at all unless said. */
  restMs?: number;
  /** What is asked; a path, and what is sent where it is a POST. */
  asks: readonly { path: string; body?: string }[];
  /** Tells answers apart, such as by version. */
  tell: (body: string) => string | undefined;
}

/** Nobody waits for ever. */
const patienceMs = 20_000;

/** Visitors, each over a connection that it keeps. They stop when they are told to, and say what they met with. */
export function traffic({ address, host, connections, restMs, asks, tell }: Visitors): {
  stop(): Promise<Met>;
} {
  const met: Met = { sent: 0, failed: [], failedFrom: [], slowestMs: 0, answers: {} };
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let going = true;
  const visitor = async (first: number) => {
    for (let at = first; going; at++) {
      const { path, body } = asks[at % asks.length] ?? { path: "/" };
      const from = performance.now();
      met.sent++;
      try {
        const answer = await once(agent, { address, host, path, body });
        const told = tell(answer);
        if (told !== undefined) met.answers[told] = (met.answers[told] ?? 0) + 1;
      } catch (thrown) {
        met.failedFrom.push(from);
        met.failed.push(
          `${body === undefined ? "GET" : "POST"} ${path}: ${thrown instanceof Error ? thrown.message : thrown}`,
        );
      }
      met.slowestMs = Math.max(met.slowestMs, Math.round(performance.now() - from));
      if (restMs !== undefined) await pause(restMs);
    }
  };
  const visitors = Array.from({ length: connections }, (_, at) => visitor(at));
  return {
    async stop() {
      going = false;
      await Promise.all(visitors);
      agent.destroy();
      return met;
    },
  };
}

function once(
  agent: Agent,
  { address, host, path, body }: { address: string; host: string; path: string; body: string | undefined },
): Promise<string> {
  return new Promise((done, failed) => {
    const asked = request(
      {
        ...{ agent, host: address, port: 443, servername: host, path, rejectUnauthorized: false },
        method: body === undefined ? "GET" : "POST",
        headers: {
          Host: host,
          ...(body === undefined
            ? {}
            : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
        },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("error", failed);
        answer.on("end", () =>
          (answer.statusCode ?? 0) >= 500 ? failed(new Error(`answered ${answer.statusCode}`)) : done(text),
        );
      },
    );
    asked.on("error", failed);
    asked.setTimeout(patienceMs, () => asked.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
    asked.end(body);
  });
}
