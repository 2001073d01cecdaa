import { createHash } from "node:crypto";
import type Docker from "dockerode";
import { z } from "zod";
import { template } from "../../blueprint/index.ts";
import { fault } from "../../process/index.ts";
import { labelsOf, type Place, stackOf } from "../place.ts";
import type { Kept } from "../spec/part.ts";

const kept = z.array(
  z.object({
    ID: z.string(),
    CreatedAt: z.string().optional(),
    Spec: z.object({ Name: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
  }),
);

/** A secret of a place. Its value is in no answer of Swarm: what is known is its name and its age. */
export interface Secret extends Kept {
  /** The variable; or the service whose password it is. */
  of: { variable: string } | { service: string };
  version: number;
  at: string;
  /** Of a password that visitors are asked for: what the edge compares it with. */
  hash?: string;
}

const hashLabel = "sistership.hash";

const largest = 500_000;

/** The newest version of each secret of a place, and the older ones that kept releases may name. */
export async function secretsOf(docker: Docker, place: Place, signal: AbortSignal): Promise<Secret[]> {
  const label = Object.entries(labelsOf(place)).map(([name, value]) => `${name}=${value}`);
  const found = kept.parse(await docker.listSecrets({ filters: { label }, ...{ abortSignal: signal } }));
  return found
    .flatMap(({ ID, CreatedAt = "", Spec: { Name, Labels } }) => {
      const { "sistership.variable": variable, "sistership.password": service } = Labels ?? {};
      const of = variable === undefined ? service && { service } : { variable };
      return of
        ? [
            {
              ...{ id: ID, name: Name, of, at: CreatedAt },
              version: Number(/-(\d+)$/.exec(Name)?.[1] ?? 1),
              ...(Labels?.[hashLabel] === undefined ? {} : { hash: Labels[hashLabel] }),
            },
          ]
        : [];
    })
    .sort((a, b) => b.version - a.version);
}

/** The newest of each, by variable or by service. */
export function newest(secrets: readonly Secret[], which: "variable" | "service"): Record<string, Kept> {
  const found: Record<string, Kept> = {};
  for (const { id, name, of } of secrets) {
    const key = which === "variable" ? "variable" in of && of.variable : "service" in of && of.service;
    if (key) found[key] ??= { id, name };
  }
  return found;
}

/** Keeps a value as the next version: secrets are never changed, for what runs holds the one it was started with. */
export async function keepSecret(
  docker: Docker,
  place: Place,
  of: Secret["of"],
  value: string,
  signal: AbortSignal,
  hash?: string,
): Promise<Kept> {
  const about = "variable" in of ? of.variable : of.service;
  if (Buffer.byteLength(value) > largest) throw fault("secret-too-large", [about]);
  const others = (await secretsOf(docker, place, signal)).filter(
    (one) => JSON.stringify(one.of) === JSON.stringify(of),
  );
  const name = `${secretName(place, of)}-${(others[0]?.version ?? 0) + 1}`;
  const label = "variable" in of ? { "sistership.variable": about } : { "sistership.password": about };
  const body = {
    Name: name,
    Labels: { ...labelsOf(place), ...label, ...(hash === undefined ? {} : { [hashLabel]: hash }) },
    Data: Buffer.from(value).toString("base64"),
  };
  // dockerode puts what it is given into the address as well, and addresses are logged
  const made = await docker.createSecret({ _query: {}, _body: body, ...{ abortSignal: signal } } as never);
  return { id: z.object({ id: z.string() }).parse(made).id, name };
}

/** What Swarm takes as a name is short: a long one is told apart by a hash, and said in full by its labels. */
function secretName(place: Place, of: Secret["of"]): string {
  const name =
    "variable" in of ? `${stackOf(place)}-${of.variable}` : `${stackOf(place)}-${of.service}.password`;
  return name.length <= 56
    ? name
    : `sistership-${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
}

const entryText = () => template("image/sistership-entry");

/** Its name says what is in it: another step is another file, and a release goes on with the one it was made with. */
export function entryName(): string {
  return `sistership-entry-${createHash("sha256").update(entryText()).digest("hex").slice(0, 12)}`;
}

/** The step before each program, as a file that Swarm gives to containers: images of others get it too. */
export async function entryOf(docker: Docker, signal: AbortSignal): Promise<Kept> {
  const name = entryName();
  const find = async () =>
    kept
      .parse(await docker.listConfigs({ filters: { name: [name] }, ...{ abortSignal: signal } }))
      .find(({ Spec }) => Spec.Name === name);
  const there = await find();
  if (there) return { id: there.ID, name };
  const body = {
    Name: name,
    Labels: { "sistership.entry": "1" },
    Data: Buffer.from(entryText()).toString("base64"),
  };
  try {
    const made = await docker.createConfig({ _query: {}, _body: body, ...{ abortSignal: signal } } as never);
    return { id: z.object({ id: z.string() }).parse(made).id, name };
  } catch (thrown) {
    // another stage's deploy made it in between
    const other = await find();
    if (other === undefined) throw thrown;
    return { id: other.ID, name };
  }
}
