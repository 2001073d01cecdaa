import type { Route } from "./route.ts";

/** A configuration of Caddy as its admin API takes it. */
export type CaddyJson = Readonly<Record<string, unknown>>;

/** The edge's socket for whoever administers it, as the container sees it and as the server does. */
export const adminSocket = {
  inside: "/run/sistership/admin.sock",
  outside: "/var/lib/sistership/edge/run/admin.sock",
};

/**
 * What the edge is told: each host name goes to its service, every other one gets a 404 that is the edge's own. It names
 * services, not containers, so a deploy changes nothing here: a reload would cut idle connections.
 */
export function edgeConfig(routes: readonly Route[]): CaddyJson {
  // Caddy takes the first that fits: the longest path of a host comes first
  const sorted = [...routes].sort((a, b) => b.path.length - a.path.length);
  const plain = sorted.filter(({ tls }) => tls === "off");
  const secure = sorted.filter(({ tls }) => tls !== "off");
  const hosts = [...new Set(secure.flatMap((route) => [...route.hosts, ...wwwOf(route)]))];
  const own = [
    ...new Set(
      secure.flatMap((route) => (route.tls === "internal" ? [...route.hosts, ...wwwOf(route)] : [])),
    ),
  ];
  return {
    admin: { listen: `unix/${adminSocket.inside}` },
    apps: {
      http: {
        servers: {
          http: {
            listen: [":80"],
            routes: [
              ...(hosts.length > 0 ? [redirect(hosts, "https://{http.request.host}")] : []),
              ...plain.flatMap((route) => [...www(route), proxy(route)]),
              nobody,
            ],
          },
          ...(hosts.length > 0 && {
            https: {
              listen: [":443"],
              routes: [...secure.flatMap((route) => [...www(route), proxy(route)]), nobody],
              automatic_https: { disable_redirects: true },
            },
          }),
        },
      },
      // certificates of the edge's own authority, for names that no public one can look at
      ...(own.length > 0 && {
        tls: { automation: { policies: [{ subjects: own, issuers: [{ module: "internal" }] }] } },
      }),
    },
  };
}

const nobody = {
  handle: [
    {
      handler: "static_response",
      status_code: 404,
      headers: { "Content-Type": ["text/plain; charset=utf-8"], Server: ["Sistership"] },
      body: "No site has this name here.\n",
    },
  ],
};

function redirect(hosts: readonly string[], to: string) {
  return {
    match: [{ host: hosts }],
    terminal: true,
    handle: [
      { handler: "static_response", status_code: 308, headers: { Location: [`${to}{http.request.uri}`] } },
    ],
  };
}

function wwwOf({ hosts, www }: Route): string[] {
  return www ? hosts.filter((host) => !/^(\*|www)\./.test(host)).map((host) => `www.${host}`) : [];
}

function www(route: Route) {
  const scheme = route.tls === "off" ? "http" : "https";
  return wwwOf(route).map((host) => redirect([host], `${scheme}://${host.replace(/^www\./, "")}`));
}

function proxy({ hosts, path, upstream, maxBodyBytes, timeoutMs }: Route) {
  const below = path.replace(/\/$/, "");
  return {
    match: [{ host: hosts, ...(below === "" ? {} : { path: [below, `${below}/*`] }) }],
    terminal: true,
    handle: [
      ...(maxBodyBytes === undefined ? [] : [{ handler: "request_body", max_size: maxBodyBytes }]),
      {
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
          keep_alive: { idle_timeout: "1s" },
          ...(timeoutMs === undefined ? {} : { response_header_timeout: timeoutMs * 1e6 }),
        },
      },
    ],
  };
}
