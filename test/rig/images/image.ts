import { randomUUID } from "node:crypto";
import { contentKey, once } from "../cache.ts";
import { get } from "../docker/api.ts";
import { engine as anyEngine, type Engine } from "../docker/engine.ts";
import { authorities } from "./authorities.ts";
import { baseRecipe } from "./base.ts";
import { build } from "./build.ts";
import { catalog } from "./catalog.ts";
import { basesOf, type Definition, scriptFile } from "./definition.ts";

/** Says of an image which definition it was made from; an image without it is somebody else's. */
export const keyLabel = "sistership.rig.image";

interface Options {
  engine?: Engine;
  signal?: AbortSignal;
  /** Told of each image that has to be built, before it is. */
  onBuild?: (name: string) => void;
}

/** Makes sure that the engine has an image of that official name, and hands the name back. */
export async function image(name: string, options: Options = {}): Promise<string> {
  const docker = options.engine ?? (await anyEngine(options.signal ? { signal: options.signal } : {}));
  const reference = withTag(name);
  const there = await find(docker, reference);
  if (there !== undefined && there.key === undefined) return reference; // theirs: used untouched
  const definition = definitionOf(reference);
  if (definition === undefined) {
    if (there !== undefined) return reference;
    throw new Error(
      `The rig cannot make the image ${reference}: "docker pull ${reference}" brings it where a registry is reached; what the rig makes stands in test/rig/images/catalog.ts.`,
    );
  }
  if (there !== undefined && there.key === (await keyOf(definition, docker))) return reference;
  // A key that was never seen: only the lock is wanted, what is there is asked of the engine.
  await once(`image-${definition.name}`, randomUUID(), () => make(definition, reference, docker, options));
  return reference;
}

async function make(definition: Definition, wanted: string, docker: Engine, options: Options): Promise<void> {
  const bases = definition.is === "built" ? basesOf(definition.dockerfile) : [];
  for (const base of bases) await image(base, { ...options, engine: docker });
  const key = await keyOf(definition, docker);
  const before = await find(docker, wanted);
  if (before?.key === key) return; // another process was quicker
  const tags: string[] = [];
  const outdated = new Set<string>();
  for (const tag of [definition.name, ...definition.aliases]) {
    const there = await find(docker, tag);
    if (there === undefined || there.key !== undefined) tags.push(tag);
    if (there?.key !== undefined && there.key !== key) outdated.add(there.id);
  }
  options.onBuild?.(definition.name);
  await build(definition, { key, keyLabel, tags, outdated: [...outdated] }, docker, options.signal);
}

/** The same content, the same key: the definition, its scripts, and all of that of what it stands on. */
async function keyOf(definition: Definition, docker: Engine): Promise<string> {
  if (definition.is === "base") return contentKey(JSON.stringify(definition), baseRecipe(), ...authorities());
  const bases = basesOf(definition.dockerfile).map(async (base) => {
    const theirs = await find(docker, withTag(base));
    if (theirs !== undefined && theirs.key === undefined) return theirs.id;
    const below = definitionOf(withTag(base));
    return below === undefined ? base : keyOf(below, docker);
  });
  const scripts = (definition.scripts ?? []).map(scriptFile);
  return contentKey(JSON.stringify(definition), ...scripts, ...(await Promise.all(bases)));
}

interface Found {
  id: string;
  /** Undefined where the image was not made by the rig. */
  key: string | undefined;
}

async function find({ socket }: Engine, reference: string): Promise<Found | undefined> {
  const answer = await get(socket, `/images/${encodeURIComponent(reference)}/json`);
  if (answer.status === 404) return undefined;
  const said: { Id: string; Config?: { Labels?: Record<string, string> | null } } = JSON.parse(answer.body);
  return { id: said.Id, key: said.Config?.Labels?.[keyLabel] };
}

function definitionOf(reference: string): Definition | undefined {
  return catalog.find(({ name, aliases }) => name === reference || aliases.includes(reference));
}

function withTag(name: string): string {
  return /:[^/]+$/.test(name) ? name : `${name}:latest`;
}
