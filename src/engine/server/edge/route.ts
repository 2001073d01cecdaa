/** Where a service of an application is reached from outside: what an edge is made to answer. */
export interface Route {
  /** In lower case; with `*.` in front for every name below. */
  hosts: string[];
  /** How the paths begin that belong to it; "/" for all. The longest that fits is taken. */
  path: string;
  /** A Swarm service on the edge's network, and the port inside. */
  upstream: { service: string; port: number };
  tls: "auto" | "internal" | "off";
  /** Also answer at www., and send it to the host. */
  www: boolean;
  maxBodyBytes?: number | undefined;
  /** The longest a request may wait for its first byte. */
  timeoutMs?: number | undefined;
  /** Whom visitors must be: the hash of a password, by bcrypt. */
  auth?: { user: string; hash: string } | undefined;
  /** Whom authorities write to about certificates. */
  email?: string | undefined;
  /** The page that stands in for the application, where it is in maintenance. */
  instead?: string | undefined;
}
