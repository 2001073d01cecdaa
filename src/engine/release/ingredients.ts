import { z } from "zod";
import { hasPassword } from "../blueprint/index.ts";
import { fault } from "../process/index.ts";
import { hashOf } from "../server/index.ts";
import type { Ground, Site } from "./ground.ts";
import type { Ingredients, Kept, ReleaseImage } from "./spec/part.ts";
import { entryOf, keepSecret, newest, type Secret, secretsOf } from "./swarm/kept.ts";
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
  /** Whom visitors must be; its hash is empty until it is known. */
  auth?: { user: string; hash: string };
}

export async function given(ground: Ground, signal: AbortSignal): Promise<Given> {
  const { profile, place, sites, stage } = ground;
  const kept = await secretsOf(sites[0].docker, place, signal);
  const auth = authOf(ground, kept);
  const secrets = newest(kept, "variable");
  const passwords = newest(kept, "service");
  const asked = [
    ...Object.values(profile.processes).flatMap((process) => processVariables(profile, process).asked),
    ...Object.values(profile.services).flatMap((service) => serviceVariables(profile, service, {}).asked),
  ];
  return {
    secrets,
    passwords,
    missing: [...new Set(asked)]
      .filter((name) => secrets[name] === undefined || (auth?.hash === "" && name === stage.auth?.password))
      .sort(),
    ...(auth === undefined ? {} : { auth }),
    unprotected: Object.values(profile.services)
      .filter((service) => hasPassword(service) && passwords[service.name] === undefined)
      .map(({ name }) => name),
  };
}

/** A password that was kept before visitors were asked for it has no hash yet: its value is asked for once more. */
function authOf({ stage }: Ground, kept: readonly Secret[]): Given["auth"] {
  if (stage.auth === undefined) return undefined;
  const { user, password } = stage.auth;
  const newest = kept.find(({ of }) => "variable" in of && of.variable === password);
  return { user, hash: newest?.hash ?? "" };
}

/** The same as if all were kept already: a plan names what is new, and nothing is made for it. */
export function promised({
  secrets,
  passwords,
  missing,
  unprotected,
  auth,
}: Given): Pick<Ingredients, "secrets" | "passwords" | "auth"> {
  const first = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { id: "", name: `${name}-1` }]));
  return {
    secrets: { ...secrets, ...first(missing) },
    passwords: { ...passwords, ...first(unprotected) },
    ...(auth === undefined ? {} : { auth }),
  };
}

/** Keeps what was not kept yet, and hands back all that services are given. */
export async function keepGiven(
  ground: Ground,
  { secrets, passwords, missing, unprotected, auth }: Given,
  { values, password }: { values: Readonly<Record<string, string>>; password: () => string },
  signal: AbortSignal,
): Promise<Pick<Ingredients, "secrets" | "passwords" | "entry" | "auth">> {
  const { place, sites, stage } = ground;
  const [{ docker }] = sites;
  const without = missing.filter((name) => values[name] === undefined);
  if (without.length > 0) throw fault("secrets-missing", [without.join(", "), stage.name]);
  const [all, protectedOnes] = [{ ...secrets }, { ...passwords }];
  for (const name of missing) all[name] = await keepValue(ground, name, values[name] ?? "", signal);
  for (const name of unprotected)
    protectedOnes[name] = await keepSecret(docker, place, { service: name }, password(), signal);
  const known = auth?.hash === "" ? authOf(ground, await secretsOf(docker, place, signal)) : auth;
  return {
    ...{ secrets: all, passwords: protectedOnes, entry: await entryOf(docker, signal) },
    ...(known === undefined ? {} : { auth: known }),
  };
}

/** Keeps the value of a variable; of one that visitors are asked for, the hash that the edge wants beside it. */
export async function keepValue(
  { place, sites, stage }: Ground,
  name: string,
  value: string,
  signal: AbortSignal,
): Promise<Kept> {
  const [{ docker, link }] = sites;
  const hash = name === stage.auth?.password ? await hashOf(link, { name, value }, signal) : undefined;
  return keepSecret(docker, place, { variable: name }, value, signal, hash);
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
