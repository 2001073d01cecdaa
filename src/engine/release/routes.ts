import { z } from "zod";
import type { Process, Stage } from "../profile/index.ts";
import type { Route } from "../server/index.ts";
import { serviceName } from "./place.ts";

const label = "sistership.routes";

const routes = z.array(
  z.object({
    hosts: z.array(z.string()),
    path: z.string(),
    upstream: z.object({ service: z.string(), port: z.number() }),
    tls: z.enum(["auto", "internal", "off"]),
    www: z.boolean(),
    maxBodyBytes: z.number().optional(),
    timeoutMs: z.number().optional(),
    auth: z.object({ user: z.string(), hash: z.string() }).optional(),
    email: z.string().optional(),
  }),
);

/** What the edge answers for a process: its domains, those with the same path together. */
export function routesOf(
  app: string,
  stage: Stage,
  { name, port }: Pick<Process, "name" | "port">,
  auth?: Route["auth"],
): Route[] {
  if (port === undefined) return [];
  const upstream = { service: serviceName({ app, stage: stage.name }, name), port };
  const { tls, www, maxBodyBytes, timeoutMs, email } = stage;
  const paths = new Map<string, string[]>();
  for (const { process, host, path } of stage.routes)
    if (process === name) paths.set(path, [...(paths.get(path) ?? []), host]);
  return [...paths].map(([path, hosts]) => ({
    hosts,
    path,
    upstream,
    tls,
    www,
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(auth === undefined ? {} : { auth }),
    ...(email === undefined ? {} : { email }),
  }));
}

/** The label by which a service says where it is reached: edges are told from it, whoever tells them. */
export function routeLabel(of: readonly Route[]): Record<string, string> {
  return of.length === 0 ? {} : { [label]: JSON.stringify(of) };
}

/** The routes in the labels of a service; a label that makes no sense must not take the others' routes down. */
export function readRoutes(labels: Readonly<Record<string, string>> | undefined): Route[] {
  try {
    return routes.parse(JSON.parse(labels?.[label] ?? "[]"));
  } catch {
    return [];
  }
}
