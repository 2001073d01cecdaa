import { handlers } from "./handlers.ts";
import { accessLog } from "./log.ts";
import type { Route } from "./route.ts";

/** A configuration of Caddy as its admin API takes it. */
export type CaddyJson = Readonly<Record<string, unknown>>;

/** The socket for whoever administers the edge. Each Caddy that takes its turn there has its number in the name. */
const adminSocket = "/run/sistership/admin.sock";

/** Where Caddy keeps what it has got, by authority and by name. */
const certificates = "/data/caddy/certificates";

/**
 * What the edge is told: each host name goes to its service, every other one gets a 404 that is the edge's own. It names
 * services, not containers, so a deploy changes nothing here.
 */
export function edgeConfig(routes: readonly Route[]): CaddyJson {
  // Caddy takes the first that fits: the longest path of a host comes first
  const sorted = [...routes].sort((a, b) => b.path.length - a.path.length);
  const secure = sorted.filter(({ tls }) => tls !== "off");
  const hosts = namesOf(secure);
  return {
    admin: { listen: `unix/${adminSocket}` },
    logging: accessLog,
    apps: {
      http: {
        shutdown_delay: `${goodbyeSeconds}s`,
        servers: {
          http: {
            listen: [":80", leaving("http")],
            ...duplex,
            logs: {},
            automatic_https: { disable: true },
            routes: [
              goodbye,
              ...toTls(secure),
              ...sorted.flatMap((route) => [...www(route, "http"), site(route, "http")]),
              nobody,
            ],
          },
          ...(hosts.length > 0 && {
            https: {
              listen: [":443", leaving("https")],
              ...duplex,
              logs: {},
              routes: [
                goodbye,
                ...secure.flatMap((route) => [...www(route, "https"), site(route, "https")]),
                nobody,
              ],
              automatic_https: { disable_redirects: true },
            },
          }),
        },
      },
      ...tls(secure),
    },
  };
}

/** Certificates of the edge's own authority for names that no public one can look at; else those of two public ones. */
function tls(routes: readonly Route[]) {
  const own = namesOf(routes.filter((route) => route.tls === "internal"));
  const emails = [...new Set(routes.flatMap(({ tls, email }) => (tls === "auto" ? [email ?? ""] : [])))];
  const known = new Set(own);
  const open = emails.flatMap((email) => {
    const named = namesOf(routes.filter((route) => route.tls === "auto" && (route.email ?? "") === email));
    const subjects = named.filter((name) => !known.has(name));
    for (const name of subjects) known.add(name);
    return subjects.length === 0 ? [] : [{ subjects, issuers: authorities(email) }];
  });
  const policies = [
    ...(own.length > 0 ? [{ subjects: own, issuers: [{ module: "internal" }] }] : []),
    ...open,
  ];
  return policies.length === 0 ? {} : { tls: { automation: { policies } } };
}

/** Let's Encrypt; where that does not give one, ZeroSSL, which gives to nobody without an address. */
function authorities(email: string) {
  if (email === "") return [{ module: "acme" }];
  return [
    { module: "acme", email },
    { module: "acme", email, ca: "https://acme.zerossl.com/v2/DV90" },
  ];
}

/**
 * Else Go's server closes a request's body when the answer begins: an application that answers a POST before the proxy
 * has seen that nothing follows it has its answer cut (one in some hundreds, on a busy machine).
 */
const duplex = { enable_full_duplex: true };

/** How long visitors may go on over connections of a configuration that was replaced, or of an edge that is to stop. */
const goodbyeSeconds = 3;

/**
 * A listener that no other configuration has. Caddy hands a reload's connections over at once, and a request that is on
 * its way over one that rested is cut, unless a listener goes away: then it waits, and says in the meantime that it leaves.
 */
const leaving = (server: string) => `unix/@sistership-${server}-${noTurn}`;

/** What stands for the turn in which a configuration is handed over. */
const noTurn = "0".repeat(12);

/** A configuration as it is handed over, this time and no other: the listener before may not be gone yet. */
export const inTurn = (config: CaddyJson, turn: string): string =>
  JSON.stringify(config).replaceAll(`-${noTurn}"`, `-${turn}"`);

/** What was handed over, whenever that was. */
export const whichever = (text: string): unknown =>
  JSON.parse(
    text
      .replace(/("unix\/@sistership-https?-)[0-9a-f]{12}"/g, `$1${noTurn}"`)
      .replace(/"unix\/\/run\/sistership\/admin-\d+\.sock"/, `"unix/${adminSocket}"`),
  );

/** Meanwhile whoever asks is told to come by another connection the next time. */
const goodbye = {
  match: [
    {
      vars: { "{http.shutting_down}": ["true"] },
      // what becomes a websocket has a use of its own for that header
      not: [{ header: { Connection: ["*pgrade*"] } }],
    },
  ],
  handle: [{ handler: "headers", response: { set: { Connection: ["close"] } } }],
};

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

/**
 * To HTTPS, for names whose certificate is there: until then, and where no authority gives one, they are served plainly.
 * Looked up as a request comes, so that the edge need not be told when one has arrived. A site that asks for a password
 * is not served plainly at all.
 */
function toTls(routes: readonly Route[]) {
  const guarded = namesOf(routes.filter(({ auth }) => auth !== undefined));
  const others = namesOf(routes).filter((name) => !guarded.includes(name));
  const [wild, plain] = [others.filter(isWild), others.filter((name) => !isWild(name))];
  const there = (hosts: readonly string[], name: string) => ({
    ...redirect(hosts, secureSelf),
    match: [{ host: hosts, file: { root: certificates, try_files: [`*/${name}/${name}.crt`] } }],
  });
  return [
    ...(guarded.length > 0 ? [redirect(guarded, secureSelf)] : []),
    ...(plain.length > 0 ? [there(plain, "{http.request.host}")] : []),
    ...wild.map((name) => there([name], name.replace("*", "wildcard_"))),
  ];
}

const secureSelf = "https://{http.request.host}";
const isWild = (name: string) => name.startsWith("*.");

function redirect(hosts: readonly string[], to: string) {
  return {
    match: [{ host: hosts }],
    terminal: true,
    handle: [
      { handler: "static_response", status_code: 308, headers: { Location: [`${to}{http.request.uri}`] } },
    ],
  };
}

function namesOf(routes: readonly Route[]): string[] {
  return [...new Set(routes.flatMap((route) => [...route.hosts, ...wwwOf(route)]))];
}

function wwwOf({ hosts, www }: Route): string[] {
  return www ? hosts.filter((host) => !/^(\*|www)\./.test(host)).map((host) => `www.${host}`) : [];
}

function www(route: Route, scheme: "http" | "https") {
  return wwwOf(route).map((host) => redirect([host], `${scheme}://${host.replace(/^www\./, "")}`));
}

function site(route: Route, scheme: "http" | "https") {
  const below = route.path.replace(/\/$/, "");
  return {
    match: [{ host: route.hosts, ...(below === "" ? {} : { path: [below, `${below}/*`] }) }],
    terminal: true,
    handle: handlers(route, scheme),
  };
}
