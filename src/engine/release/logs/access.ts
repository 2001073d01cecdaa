import { z } from "zod";
import { parsed } from "../edgeLog.ts";

/** Where a stage is reached; of an edge that serves many, only its own is shown. */
export interface Site {
  host: string;
  /** How the paths begin that are its own; "/" for all. */
  path: string;
}

const request = z.object({
  remote_ip: z.string().default("-"),
  client_ip: z.string().optional(),
  proto: z.string().default("HTTP"),
  method: z.string().default("-"),
  host: z.string(),
  uri: z.string().default("/"),
});
const entry = z.object({
  logger: z.string(),
  /** The service that it was led to, where the edge says so. */
  service: z.string().optional(),
  msg: z.string().default(""),
  request,
  status: z.number().optional(),
  size: z.number().default(0),
  /** In seconds. */
  duration: z.number().default(0),
});

/**
 * Reads Caddy's own log: of each request that was for one of the sites or services, one line as web servers write it, with how long
 * it took and where it led; of what went wrong with one, why. All else is none of this stage.
 */
export function accessReader(
  sites: readonly Site[],
  services: readonly string[],
): (text: string) => string | undefined {
  const several = new Set(sites.map(({ host }) => host)).size > 1;
  return (text) => {
    // most of what an edge prints is told apart without reading it
    if (!text.startsWith("{") || !text.includes('"http.log.')) return undefined;
    const { data } = entry.safeParse(parsed(text));
    if (data === undefined) return undefined;
    const { logger, msg, service, request: asked, status = 0, size, duration } = data;
    const isOurs = service ? services.includes(service) : sites.some((site) => isFor(site, asked));
    if (!isOurs) return undefined;
    const host = several ? `${hostOf(asked)} ` : "";
    const head = `${asked.client_ip ?? asked.remote_ip} ${host}"${asked.method} ${pathOf(asked)} ${asked.proto}"`;
    if (logger.startsWith("http.log.access")) return `${head} ${status} ${size} ${took(duration)}`;
    return logger.startsWith("http.log.error") ? `error: ${head} ${status} ${msg}` : undefined;
  };
}

function isFor({ host, path }: Site, asked: z.infer<typeof request>): boolean {
  const name = hostOf(asked);
  const fits = host.startsWith("*.")
    ? name.endsWith(host.slice(1)) && !name.slice(0, 1 - host.length).includes(".")
    : name === host;
  const below = path.replace(/\/$/, "");
  const asks = pathOf(asked);
  return fits && (below === "" || asks === below || asks.startsWith(`${below}/`));
}

/** What stands behind the `?` may be a secret. */
function pathOf({ uri }: z.infer<typeof request>): string {
  return uri.split("?", 1)[0] ?? "/";
}

/** What a client says as Host may have a port, and capitals. */
function hostOf({ host }: z.infer<typeof request>): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}

function took(seconds: number): string {
  const ms = seconds * 1000;
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : ms.toFixed(1)} ms`;
}
