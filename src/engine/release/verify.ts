import { randomUUID } from "node:crypto";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { Process } from "../profile/index.ts";
import { probeHeader, type Route } from "../server/index.ts";
import { whyNoCertificate } from "./certificate.ts";
import type { Ground, Site } from "./ground.ts";
import { answeredOn } from "./version.ts";

/** What was heard from outside. `wrong`: the edge or the application answers, but not as it should. */
export type Heard =
  /** `sure`: it was seen that the new version answered. `but`: what else there is to say. */
  | { is: "well"; url: string; status: number; sure: boolean; but?: string }
  | { is: "wrong"; url: string; reason: string }
  /** Nothing of the application was heard: a firewall, a certificate that is not there yet, a server behind another. */
  | { is: "silent"; url: string; reason: string; meant?: true };

interface Wanted {
  route: Route;
  process: Pick<Process, "health">;
  /** The server that is asked, whatever the domain's address is. */
  address: string;
  /** Which version answered a request that was marked so; asked where it was let in at all. */
  answeredBy(mark: string): Promise<"new" | "old" | "nobody knows">;
  signal: AbortSignal;
  /** Over HTTP, where there is no certificate. */
  plain?: true;
}

/**
 * Asks a domain at a server of its stage. Where no authority has given a certificate it is served over HTTP meanwhile, and
 * why it has none is said.
 */
export async function asked(
  ground: Ground,
  site: Site,
  { route, process }: Pick<Wanted, "route" | "process">,
  signal: AbortSignal,
): Promise<Heard> {
  const answeredBy = answeredOn(ground, site, route, signal);
  const wanted = { route, process, address: site.link.peer.host, answeredBy, signal };
  const heard = await verify(wanted);
  if (heard.is !== "silent" || route.tls !== "auto" || route.auth !== undefined) return heard;
  const why = await whyNoCertificate(site, route.hosts[0] ?? "", signal);
  if (why === undefined) return heard;
  const plainly = await verify({ ...wanted, plain: true });
  return plainly.is === "well"
    ? { ...plainly, but: `, over HTTP: there is no certificate yet: ${why}` }
    : plainly;
}

/** An edge looks for new tasks once a second, and a first certificate takes a moment. */
const patienceMs = 20_000;

/** Asks a domain as a visitor would, at one server, until it answers as it should. */
async function verify({ route, process, address, answeredBy, signal, plain }: Wanted): Promise<Heard> {
  const [host = ""] = route.hosts;
  const path = process.health?.check.kind === "http" ? process.health.check.path : route.path;
  const url = `${plain || route.tls === "off" ? "http" : "https"}://${host.replace(/^\*\./, "www.")}${path}`;
  const end = performance.now() + patienceMs;
  for (;;) {
    const mark = randomUUID();
    const answer = await ask(url, { address, mark, trust: route.tls === "internal", signal });
    const heard = answer.is === "well" ? dated(answer, await answeredBy(mark)) : answer;
    const over = heard.is === "well" || (heard.is === "silent" && heard.meant);
    if (over || signal.aborted || performance.now() > end) return heard;
    await pause(500, undefined, { signal }).catch(() => undefined);
  }
}

function dated(answer: Extract<Heard, { is: "well" }>, by: Awaited<ReturnType<Wanted["answeredBy"]>>): Heard {
  return by === "old"
    ? { is: "wrong", url: answer.url, reason: "the version that ran before still answers" }
    : { ...answer, sure: by === "new" };
}

function ask(
  url: string,
  { address, mark, trust, signal }: { address: string; mark: string; trust: boolean; signal: AbortSignal },
): Promise<Heard> {
  const { protocol, hostname, pathname, search } = new URL(url);
  const secure = protocol === "https:";
  return new Promise((heard) => {
    const options = {
      host: address,
      path: `${pathname}${search}`,
      headers: { Host: hostname, "User-Agent": "sistership-verify", [probeHeader]: mark },
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
  if (status === 503 && server === "Sistership")
    return { is: "silent", url, reason: "it is in maintenance", meant: true };
  return status >= 500
    ? { is: "wrong", url, reason: `the answer is ${status}` }
    : { is: "well", url, status, sure: false };
}
