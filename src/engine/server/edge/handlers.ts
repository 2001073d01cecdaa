import { logged } from "./log.ts";
import type { Route } from "./route.ts";

/** What becomes of a request to a site, from the outside in. */
export function handlers(route: Route, scheme: "http" | "https") {
  const { upstream, maxBodyBytes, auth, instead } = route;
  if (instead !== undefined) return [maintenance(instead)];
  return [
    ...logged(upstream.service),
    ...headers(route, scheme).map(unlessSaid),
    ...(auth === undefined ? [] : [password(auth)]),
    ...(maxBodyBytes === undefined ? [] : [{ handler: "request_body", max_size: maxBodyBytes }]),
    compressed,
    proxy(route),
  ];
}

/** How long visitors, and whoever looks for a search engine, are asked to stay away. */
const retryAfterSeconds = 300;

function maintenance(page: string) {
  return {
    handler: "static_response",
    status_code: 503,
    headers: {
      "Content-Type": ["text/html; charset=utf-8"],
      "Cache-Control": ["no-store"],
      "Retry-After": [String(retryAfterSeconds)],
      Server: ["Sistership"],
    },
    // what Caddy reads as a word of its own is text here
    body: page.replaceAll("{", "\\{"),
  };
}

/** Safe for whatever stands behind: nothing here forbids what browsers allowed before, but guessing at types. */
function headers({ tls }: Route, scheme: "http" | "https"): [name: string, value: string][] {
  return [
    ["X-Content-Type-Options", "nosniff"],
    ["Referrer-Policy", "strict-origin-when-cross-origin"],
    // a day, and this name alone: a certificate that is not renewed is not to lock a site out for months
    ...(scheme === "https" && tls === "auto"
      ? [["Strict-Transport-Security", "max-age=86400"] satisfies [string, string]]
      : []),
  ];
}

/** A header that the application gives itself is the application's. */
function unlessSaid([name, value]: [name: string, value: string]) {
  return {
    handler: "headers",
    response: { deferred: true, require: { headers: { [name]: null } }, set: { [name]: [value] } },
  };
}

/** A hash takes a while to check, so that guessing does: what was right is remembered. */
function password({ user, hash }: NonNullable<Route["auth"]>) {
  return {
    handler: "authentication",
    providers: {
      http_basic: {
        hash: { algorithm: "bcrypt" },
        hash_cache: {},
        realm: "restricted",
        accounts: [{ username: user, password: hash }],
      },
    },
  };
}

/** What is text is sent smaller; events that are sent one by one are left alone. */
const compressed = {
  handler: "encode",
  encodings: { zstd: {}, gzip: {} },
  prefer: ["zstd", "gzip"],
  minimum_length: 512,
  match: {
    headers: {
      "Content-Type": [
        ...["text/html*", "text/plain*", "text/css*", "text/javascript*", "text/xml*", "text/csv*"],
        ...["application/json*", "application/ld+json*", "application/javascript*", "application/xml*"],
        ...["application/xhtml+xml*", "application/atom+xml*", "application/rss+xml*", "application/wasm*"],
        ...["application/manifest+json*", "image/svg+xml*", "font/ttf*", "font/otf*"],
      ],
    },
  },
};

function proxy({ upstream, timeoutMs }: Route) {
  return {
    handler: "reverse_proxy",
    // The names of all tasks of a service, asked for anew each second: replicas come and go without a reload.
    dynamic_upstreams: {
      source: "a",
      name: `tasks.${upstream.service}`,
      port: String(upstream.port),
      refresh: "1s",
    },
    load_balancing: { try_duration: "10s" },
    // What a reload would cut at once (caddy#7222).
    stream_close_delay: "5m",
    transport: {
      protocol: "http",
      // Applications close connections that rest, some after 2 s: one that is closed as a request comes fails it.
      // A server that is lost says nothing: a request that it took with it is given up after 50 s, not after minutes.
      keep_alive: { idle_timeout: "1s", probe_interval: "5s" },
      ...(timeoutMs === undefined ? {} : { response_header_timeout: timeoutMs * 1e6 }),
    },
  };
}
