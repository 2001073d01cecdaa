import { build as buildImages, type Here } from "../environment/index.ts";
import type { Task } from "../process/index.ts";
import { type ConfigDigest, hexOf } from "./digest.ts";
import { foreignPlatform } from "./platforms.ts";
import { configOf } from "./shipment.ts";
import { inspectImage } from "./source/source.ts";
import type { Yard } from "./yard.ts";

/** An image as it is released. */
export interface ReleasedImage {
  /** Its name in the profile. */
  name: string;
  /** What it is called, here and on servers: after what is in it. */
  reference: string;
  config: ConfigDigest;
  architecture: string;
}

export interface ReleaseOptions {
  stage?: string;
  /** What the stage's servers run, as Go calls it; where it is another than this machine's, they are built for that. */
  architecture?: string;
}

/**
 * Builds what is released of a project, once: the very images that a rehearsal runs. Each is called after its contents, so
 * that two of one name are the same.
 */
export async function buildRelease(
  yard: Yard,
  { machine, folder }: Pick<Here, "machine" | "folder">,
  { stage, architecture }: ReleaseOptions,
  task: Task,
): Promise<ReleasedImage[]> {
  const foreign =
    architecture === undefined
      ? undefined
      : await foreignPlatform(yard.docker, machine, architecture, task.signal);
  const env = { ...machine.env, ...(foreign === undefined ? {} : { DOCKER_DEFAULT_PLATFORM: foreign }) };
  if (foreign !== undefined)
    task.skip(
      { id: "architecture", title: `Built for ${foreign}` },
      'this machine only imitates that, which is slow: "build: server" in the stage builds on the server',
    );
  const rehearsal = stage === undefined ? {} : { stage };
  const { profile, images } = await buildImages({ machine: { ...machine, env }, folder, rehearsal }, task);
  const plan = {
    id: "names",
    title: "Names of the images",
    why: "An image is called after what is in it: two of one name are the same.",
    command: "docker tag",
  };
  return task.step(plan, async (step) => {
    const released = await Promise.all(
      images.map(({ name, reference }) => nameIt(yard, { app: profile.name, name, reference }, task.signal)),
    );
    step.says(released.map(({ reference }) => reference).join(", "));
    return released;
  });
}

async function nameIt(
  { docker }: Yard,
  { app, name, reference }: { app: string; name: string; reference: string },
  signal: AbortSignal,
): Promise<ReleasedImage> {
  const image = await inspectImage(docker, reference, signal);
  const config = await configOf(docker, image, signal);
  const [repo, tag] = [`${app}-${name}`, hexOf(config).slice(0, 12)];
  await docker.getImage(reference).tag({ repo, tag });
  return { name, reference: `${repo}:${tag}`, config, architecture: image.platform.architecture };
}
