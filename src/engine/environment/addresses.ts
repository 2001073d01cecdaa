import type { Layout } from "../blueprint/index.ts";

/** Where a process or a service is reached from this machine. */
export interface Address {
  name: string;
  port: number;
  /** Of what a browser opens. */
  url?: string;
}

/** Browsers lead every name under localhost to this machine: each project keeps its own cookies. */
export function addresses(
  project: string,
  main: string,
  { ports }: Layout,
  chosen: Readonly<Record<string, number>>,
): Address[] {
  return ports.flatMap(({ name, web }) => {
    const port = chosen[name];
    if (port === undefined) return [];
    const host = name === main ? project : `${name}.${project}`;
    return [{ name, port, ...(web ? { url: `http://${host}.localhost:${port}` } : {}) }];
  });
}
