import { join } from "node:path";
import type { Task } from "../process/index.ts";
import { apply } from "./apply.ts";
import { blueprint } from "./blueprint.ts";
import { imagesOf } from "./images.ts";
import { type Lock, lockFile, lockText } from "./lock.ts";
import { readProject, readText, wrongProfile } from "./project.ts";
import { digestOf } from "./registry.ts";
import { status } from "./status.ts";

/** What an image was held at, and what it is held at now; undefined where it was not, or is no more. */
interface Move {
  image: string;
  from: string | undefined;
  to: string | undefined;
}

interface Updated {
  /** Only what changed. */
  moves: Move[];
  /** Generated files that name the images, written anew. */
  written: string[];
  /** Generated files that were changed by hand, and still name what they did. */
  edited: string[];
}

/** Moves sistership.lock to what the registries have now, and the generated files with it: all of it or nothing. */
export async function update(folder: string, env: NodeJS.ProcessEnv, task: Task): Promise<Updated> {
  const { profile, lock, problems } = await readProject(folder);
  if (profile === undefined) throw wrongProfile(folder, problems);
  const now: Record<string, string> = {};
  for (const image of imagesOf(profile)) {
    const plan = {
      id: `image-${image}`,
      title: `Ask the registry for ${image}`,
      why: "A tag may be moved to another image at any time; a digest is one image for good.",
      command: `docker buildx imagetools inspect ${image}`,
    };
    now[image] = await task.step(plan, async (step) => {
      const digest = await digestOf(image, { env, signal: task.signal });
      step.says(digest === lock[image] ? "as it was" : digest);
      return digest;
    });
  }
  const files = await status(blueprint(profile, { lock: now }), (path) => readText(join(folder, path)));
  // what was never generated is not made by the way
  const outdated = files.filter(({ state }) => state === "outdated").map(({ file }) => file);
  const moves = movesBetween(lock, now);
  if (moves.length > 0 || outdated.length > 0)
    await apply(folder, [{ path: lockFile, text: lockText(now) }, ...outdated]);
  return {
    moves,
    written: outdated.map(({ path }) => path),
    edited: files.filter(({ state }) => state === "edited").map(({ file }) => file.path),
  };
}

function movesBetween(before: Lock, after: Lock): Move[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .map((image) => ({ image, from: before[image], to: after[image] }))
    .filter(({ from, to }) => from !== to);
}
