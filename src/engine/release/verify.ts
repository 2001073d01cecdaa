import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { Process } from "../profile/index.ts";
import type { Route } from "../server/index.ts";

/** What was heard from outside. `wrong`: the edge or the application answers, but not as it should. */
export type Heard =
  | { is: "well"; url: string; status: number }
  | { is: "wrong"; url: string; reason: string }
  /** Nothing was heard: a firewall, a certificate that is not there yet, a server behind another. */
  | { is: "silent"; url: string; reason: string };

interface Wanted {
  route: Route;
  process: Pick<Process, "health">;
  /** The server that is asked, whatever the domain's address is. */
  address: string;
  signal: AbortSignal;
}

/** An edge looks for new tasks once a second, and a first certificate takes a moment. */
const patienceMs = 20_000;

/** Asks a domain as a visitor would, at one server, until it answers as it should. */
export async function verify({ route, process, address, signal }: Wanted): Promise<Heard> {
  const [host = ""] = route.hosts;
  const path = process.health?.check.kind === "http" ? process.health.check.path : route.path;
  const url = `${route.tls === "off" ? "http" : "https"}://${host.replace(/^\*\./, "www.")}${path}`;
  const end = performance.now() + patienceMs;
  for (;;) {
    const heard = await ask(url, { address, trust: route.tls === "internal", signal });
    if (heard.is === "well" || signal.aborted || performance.now() > end) return heard;
    await pause(500, undefined, { signal }).catch(() => undefined);
  }
}

function ask(
  url: string,
  { address, trust, signal }: { address: string; trust: boolean; signal: AbortSignal },
): Promise<Heard> {
  const { protocol, hostname, pathname, search } = new URL(url);
  const secure = protocol === "https:";
  return new Promise((heard) => {
    const options = {
      host: address,
      path: `${pathname}${search}`,
      headers: { Host: hostname, "User-Agent": "sistership-verify" },
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    };
    const asked = secure
      ? tlsRequest({ ...options, port: 443, servername: hostname, rejectUnauthorized: !trust })
      : plainRequest({ ...options, port: 80 });
    asked.on("error", (error) => heard({ is: "silent", url, reason: error.message }));
    asked.on("response", (answer) => {
      answer.resume();
      heard(judged(url, answer.statusCode ?? 0, String(answer.headers.server)));
    });
    asked.end();
  });
}

function judged(url: string, status: number, server: string): Heard {
  if (status === 404 && server === "Sistership")
    return { is: "wrong", url, reason: "the edge does not know that name" };
  return status >= 500
    ? { is: "wrong", url, reason: `the answer is ${status}` }
    : { is: "well", url, status };
}
