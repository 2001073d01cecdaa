import { lookup } from "node:dns/promises";
import { z } from "zod";
import { fault } from "../process/index.ts";
import type { Route } from "../server/index.ts";
import { checkCapacity } from "./capacity.ts";
import type { Ground, Site } from "./ground.ts";
import { edgeNetwork, labelsOf, serviceName, stackOf } from "./place.ts";
import { readRoutes, routesOf } from "./routes.ts";
import { until } from "./swarm/pace.ts";
import { servicesWith } from "./swarm/tasks.ts";
import { timersThere } from "./timers/set.ts";

const leastGB = 2;

/** A server that was out of reach is back in its group some seconds after it is reached. */
const patienceMs = 60_000;

const node = z.object({ ID: z.string(), Status: z.object({ State: z.string() }) });

/** Looks at everything that would stop a deploy half way, before anything is done. Answers with what is only worth knowing. */
export async function preflight(ground: Ground, signal: AbortSignal): Promise<string[]> {
  const [home] = ground.sites;
  await group(ground, signal);
  for (const site of ground.sites) {
    region(site, ground);
    await disk(site, signal);
  }
  if (Object.values(ground.profile.processes).some(({ schedule }) => schedule !== undefined))
    await timersThere(home, signal);
  checkCapacity(ground, await Promise.all(ground.sites.map(capacityOf)));
  const services = await servicesWith(home.docker, [], signal);
  const own = labelsOf(ground.place);
  const isOwn = (labels: Readonly<Record<string, string>> = {}) =>
    Object.entries(own).every(([name, value]) => labels[name] === value);
  const names = [...Object.keys(ground.profile.processes), ...Object.keys(ground.profile.services)];
  const foreign = services.find(
    ({ Spec }) => names.some((name) => serviceName(ground.place, name) === Spec.Name) && !isOwn(Spec.Labels),
  );
  if (foreign) throw fault("service-foreign", [foreign.Spec.Name ?? ""]);
  const wanted = domainsOf(ground);
  for (const { Spec } of services.filter(({ Spec }) => !isOwn(Spec.Labels))) {
    const taken = readRoutes(Spec.Labels)
      .flatMap(namesOf)
      .find((one) => wanted.includes(one));
    if (taken) throw fault("domain-taken", [taken.replace(/\/$/, ""), Spec.Name ?? ""]);
  }
  return addresses(ground);
}

/** All of one Swarm, which the first leads. */
async function group({ sites }: Ground, signal: AbortSignal): Promise<void> {
  const [home, ...others] = sites;
  const { Swarm } = await home.docker.info();
  if (!Swarm?.ControlAvailable) throw fault("not-a-group", [home.name]);
  const networks = await home.docker.listNetworks({
    filters: { name: [edgeNetwork] },
    ...{ abortSignal: signal },
  });
  if (!networks.some(({ Name, Scope }) => Name === edgeNetwork && Scope === "swarm"))
    throw fault("not-a-group", [home.name]);
  const end = performance.now() + patienceMs;
  await until(async () => {
    const nodes = z.array(node).parse(await home.docker.listNodes());
    const stateOf = (site: Site) => nodes.find(({ ID }) => ID === site.node)?.Status.State;
    const foreign = others.find((site) => stateOf(site) === undefined);
    if (foreign) throw fault("server-not-in-group", [foreign.name, home.name]);
    // what it was told to stop meanwhile still runs there, and its edge still leads visitors to it
    const away = others.find((site) => stateOf(site) !== "ready");
    if (away && performance.now() > end) throw fault("server-not-heard", [away.name, home.name]);
    return away === undefined ? true : undefined;
  }, signal);
}

async function capacityOf({ docker }: Site) {
  const { MemTotal, NCPU } = await docker.info();
  return { memoryBytes: MemTotal, cpus: NCPU };
}

function region({ name, region: is = "" }: Site, { stage }: Ground): void {
  if (stage.region !== undefined && stage.region !== is)
    throw fault("region-differs", [name, is, stage.region]);
}

async function disk({ name, link, folder }: Site, signal: AbortSignal): Promise<void> {
  const { stdout } = await link.run(
    { program: "df", args: ["--output=avail", "--block-size=1", folder] },
    { signal, timeoutMs: 20_000, accept: [0, 1] }, // a user may not be let in there
  );
  const free = Number(stdout.trim().split("\n").at(-1));
  const freeGB = Math.round(free / 1e8) / 10;
  if (Number.isFinite(free) && freeGB < leastGB) throw fault("disk-low-there", [name, freeGB, leastGB]);
}

function domainsOf({ profile, stage }: Ground): string[] {
  return Object.values(profile.processes).flatMap((process) =>
    routesOf(profile.name, stage, process).flatMap(namesOf),
  );
}

/** What a route answers to; a name that it sends on to another is taken too. */
function namesOf({ hosts, path, www }: Route): string[] {
  return hosts.flatMap((host) => [`${host}${path}`, ...(www ? [`www.${host}/`] : [])]);
}

/** Whether the domains lead to the servers. They may not yet: that is told, with what to set. */
async function addresses({ stage, sites, place }: Ground): Promise<string[]> {
  const ours = sites.map(({ link }) => link.peer.host);
  const records = ours.map((one) => `${one.includes(":") ? "AAAA" : "A"} ${one}`).join(", ");
  const hosts = [...new Set(stage.routes.map(({ host }) => host))].filter((host) => !host.startsWith("*."));
  const told = hosts.map(async (host) => {
    const found = (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address);
    if (found.some((address) => ours.includes(address))) return undefined;
    const is = found.length === 0 ? "has no address" : `leads to ${found.join(", ")}`;
    return `${host} ${is}: for ${stackOf(place)} to be found, set at its name server: ${host} ${records}.`;
  });
  return (await Promise.all(told)).filter((says) => says !== undefined);
}
