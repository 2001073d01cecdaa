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
  const hosts = routes.flatMap((route) => route.hosts);
  const redirect = {
    match: [{ host: hosts }],
    terminal: true,
    handle: [
      {
        handler: "static_response",
        status_code: 308,
        headers: { Location: ["https://{http.request.host}{http.request.uri}"] },
      },
    ],
  };
  return {
    admin: { listen: `unix/${adminSocket.inside}` },
    apps: {
      http: {
        servers: {
          http: { listen: [":80"], routes: [...(hosts.length > 0 ? [redirect] : []), nobody] },
          ...(hosts.length > 0 && {
            https: {
              listen: [":443"],
              routes: [...routes.map(proxy), nobody],
              automatic_https: { disable_redirects: true },
            },
          }),
        },
      },
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

function proxy({ hosts, upstream }: Route) {
  return {
    match: [{ host: hosts }],
    terminal: true,
    handle: [
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
      },
    ],
  };
}
