import { z } from "zod";
import { hasPassword } from "../blueprint/index.ts";
import { fault } from "../process/index.ts";
import type { Ground, Site } from "./ground.ts";
import type { Ingredients, Kept, ReleaseImage } from "./spec/part.ts";
import { entryOf, keepSecret, newest, secretsOf } from "./swarm/kept.ts";
import { servicesWith } from "./swarm/tasks.ts";
import { processVariables, serviceVariables } from "./variables.ts";

const image = z.object({
  Id: z.string(),
  Config: z
    .object({ Entrypoint: z.array(z.string()).nullish(), Cmd: z.array(z.string()).nullish() })
    .nullish(),
});

/** What an image on a server starts by itself. */
export async function imageOn(
  { docker }: Pick<Site, "docker">,
  reference: string,
  digest: string,
): Promise<ReleaseImage> {
  const { Config } = image.parse(await docker.getImage(reference).inspect());
  return { reference, digest, entrypoint: Config?.Entrypoint ?? [], command: Config?.Cmd ?? [] };
}

/** What is given to programs and stands in no file: kept by Swarm, or still to be kept. */
export interface Given {
  secrets: Record<string, Kept>;
  passwords: Record<string, Kept>;
  /** Names of variables that have no value yet. */
  missing: string[];
  /** Services that have no password yet. */
  unprotected: string[];
}

export async function given(ground: Ground, signal: AbortSignal): Promise<Given> {
  const { profile, place, sites } = ground;
  const kept = await secretsOf(sites[0].docker, place, signal);
  const secrets = newest(kept, "variable");
  const passwords = newest(kept, "service");
  const asked = [
    ...Object.values(profile.processes).flatMap((process) => processVariables(profile, process).asked),
    ...Object.values(profile.services).flatMap((service) => serviceVariables(profile, service, {}).asked),
  ];
  return {
    secrets,
    passwords,
    missing: [...new Set(asked)].filter((name) => secrets[name] === undefined).sort(),
    unprotected: Object.values(profile.services)
      .filter((service) => hasPassword(service) && passwords[service.name] === undefined)
      .map(({ name }) => name),
  };
}

/** The same as if all were kept already: a plan names what is new, and nothing is made for it. */
export function promised({
  secrets,
  passwords,
  missing,
  unprotected,
}: Given): Pick<Ingredients, "secrets" | "passwords"> {
  const first = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { id: "", name: `${name}-1` }]));
  return { secrets: { ...secrets, ...first(missing) }, passwords: { ...passwords, ...first(unprotected) } };
}

/** Keeps what was not kept yet, and hands back all that services are given. */
export async function keepGiven(
  { place, sites, stage }: Ground,
  { secrets, passwords, missing, unprotected }: Given,
  { values, password }: { values: Readonly<Record<string, string>>; password: () => string },
  signal: AbortSignal,
): Promise<Pick<Ingredients, "secrets" | "passwords" | "entry">> {
  const [{ docker }] = sites;
  const without = missing.filter((name) => values[name] === undefined);
  if (without.length > 0) throw fault("secrets-missing", [without.join(", "), stage.name]);
  const [all, protectedOnes] = [{ ...secrets }, { ...passwords }];
  for (const name of missing)
    all[name] = await keepSecret(docker, place, { variable: name }, values[name] ?? "", signal);
  for (const name of unprotected)
    protectedOnes[name] = await keepSecret(docker, place, { service: name }, password(), signal);
  return { secrets: all, passwords: protectedOnes, entry: await entryOf(docker, signal) };
}

/** The node that has the volumes of a place: where they are once they are somewhere, or else the first server. */
export async function homeOf({ place, sites }: Ground, signal: AbortSignal): Promise<string> {
  const [home] = sites;
  const services = await servicesWith(
    home.docker,
    [`sistership.app=${place.app}`, `sistership.stage=${place.stage}`],
    signal,
  );
  const pinned = services
    .flatMap(({ Spec: { TaskTemplate } }) => TaskTemplate?.Placement?.Constraints ?? [])
    .find((constraint) => constraint.startsWith("node.id=="));
  return pinned?.slice("node.id==".length) ?? home.node;
}
