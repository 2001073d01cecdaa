import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault, format, run, type Task } from "../process/index.ts";
import { type Here, targetOf } from "./here.ts";
import { remember } from "./memory.ts";
import { inSession, type Session } from "./session.ts";
import { explain } from "./trouble.ts";

/** The ids of the images of an environment that are on this machine, by their tags. */
export async function imageIds({ docker, profile }: Session): Promise<Map<string, string>> {
  const services = Object.values(profile.services).map(({ image }) => image);
  const images = await docker.listImages({
    filters: { reference: [`sistership-${profile.name}-*`, ...services] },
  });
  return new Map(images.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).map((tag) => [tag, Id])));
}

/** Builds the images whose inputs have changed since they were built. */
export async function buildImages(
  session: Session,
  ids: ReadonlyMap<string, string>,
  anew: boolean,
  task: Task,
): Promise<void> {
  const { layout, profile, memory, here } = session;
  for (const image of layout.images) {
    const tag = `sistership-${profile.name}-${image.name}:${targetOf(here)}`;
    const command = inSession(session, "build", ...(anew ? ["--no-cache"] : []), image.service);
    const plan = {
      id: `image/${image.name}`,
      title: layout.images.length === 1 ? "Image" : `Image of ${image.name}`,
      why: "System packages and the runtime, in the same base that is released.",
      command: format(command),
    };
    const from = await imageInputs(here, image);
    const before = memory.built[image.name];
    if (!anew && from !== undefined && before?.from === from && before.id === ids.get(tag)) {
      task.skip(plan, "built already");
      continue;
    }
    await task.step(plan, async (step) => {
      try {
        await run(command, { signal: task.signal, onLine: (line) => step.line(line) });
      } catch (thrown) {
        throw explain(thrown, (reason) => fault("build-failed", [image.name, reason]));
      }
      const id = (await imageIds(session)).get(tag) ?? "";
      if (from !== undefined) memory.built[image.name] = { from, id };
      remember(here, memory);
    });
  }
}

/**
 * What the image for development is made from; undefined where only Docker can tell: the repository's own Dockerfile,
 * and what is released, which holds all of the source.
 */
export async function imageInputs(
  here: Here,
  image: Session["layout"]["images"][number],
): Promise<string | undefined> {
  if (!image.generated || here.rehearsal) return undefined;
  const text = await readFile(join(here.folder, image.dockerfile), "utf8");
  // the source is mounted while developing: of it, the image holds only what these lines name
  const read = [...text.matchAll(/^COPY (\S+) \/tmp\/sistership\/$/gm)].map(([, path = ""]) => path);
  const files = await Promise.all(
    read.map((path) => readFile(join(here.folder, path), "utf8").catch(() => "")),
  );
  const user = [process.getuid?.(), process.getgid?.()].join(":");
  const authorities = here.machine.env.SISTERSHIP_AUTHORITIES ?? "";
  return createHash("sha256")
    .update(JSON.stringify([text, files, user, authorities]))
    .digest("hex");
}
