import type { Profile } from "../profile/index.ts";
import { blueprint } from "./blueprint.ts";

/** Every image of others that the generated files take from a registry: what Dockerfiles stand on, and services. */
export function imagesOf(profile: Profile): string[] {
  const dockerfiles = blueprint(profile).filter(({ path }) => path.endsWith("Dockerfile"));
  const services = Object.values(profile.services).map(({ image }) => image);
  const all = [...dockerfiles.flatMap(({ text }) => basesOf(text)), ...services];
  // what the profile holds at a digest itself is held already
  return [...new Set(all)].filter((image) => !image.includes("@")).sort();
}

function basesOf(dockerfile: string): string[] {
  const stages = new Set(["scratch"]);
  const found: string[] = [];
  for (const [, from, stage, copied] of dockerfile.matchAll(
    /^(?:FROM (\S+)(?: AS (\S+))?|COPY --from=(\S+) .*)$/gm,
  )) {
    const name = from ?? copied;
    if (name !== undefined && !stages.has(name)) found.push(name);
    if (stage !== undefined) stages.add(stage);
  }
  return found;
}
