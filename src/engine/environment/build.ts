import type { Task } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";
import { type Here, targetOf } from "./here.ts";
import { buildImages, imageIds } from "./images.ts";
import { openSession } from "./open.ts";

/** Builds the images of an environment, as far as they are not; nothing is started. Answers with what they are called here. */
export async function build(
  here: Here,
  task: Task,
): Promise<{ profile: Profile; images: { name: string; reference: string }[] }> {
  const session = await openSession(here, task);
  await buildImages(session, await imageIds(session), false, task);
  const { profile, layout } = session;
  return {
    profile,
    images: layout.images.map(({ name }) => ({
      name,
      reference: `sistership-${profile.name}-${name}:${targetOf(here)}`,
    })),
  };
}
