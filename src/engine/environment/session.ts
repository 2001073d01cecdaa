import { realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type Docker from "dockerode";
import { type Layout, layout, localStatus, wrongProfile } from "../blueprint/index.ts";
import { type Container, connect, findEndpoint } from "../docker/index.ts";
import { type Command, fault } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";
import { compose } from "./composeCommand.ts";
import { type Here, targetOf } from "./here.ts";
import { generatedFolder, rehearsalFile } from "./local.ts";
import { type Memory, recall } from "./memory.ts";

/** An environment that is being worked on: what it is to be, and what it is made with. */
export interface Session {
  here: Here;
  profile: Profile;
  layout: Layout;
  docker: Docker;
  /** The engine runs as the user: root inside is that user outside. Known only while it is brought up. */
  rootless?: boolean;
  /** The name of the Compose project. */
  project: string;
  memory: Memory;
  /** Laid over the environment of Compose: where the file with secrets is. */
  env: Readonly<Record<string, string>>;
}

/** An environment as it was brought up, for whoever does something with it; nothing is written or started. */
export async function attach(here: Here): Promise<Session> {
  const found = await localStatus(here.folder);
  if (!found.ok) throw wrongProfile(here.folder, found.problems);
  const { profile } = found;
  const memory = recall(here);
  if (memory === undefined) throw fault("not-up", [profile.name]);
  const docker = await connect(findEndpoint(here.machine));
  return {
    here,
    profile,
    layout: layout(profile, targetOf(here)),
    docker,
    project: memory.project,
    memory,
    env: {},
  };
}

export function inSession({ here, env }: Session, ...args: readonly string[]): Command {
  return compose(here, args, env);
}

/** Whether a container is of this environment; another checkout's may have the same name. */
export function isOf(
  { folder, rehearsal }: Pick<Here, "folder" | "rehearsal">,
  container: Pick<Container, "folder" | "files">,
): boolean {
  const rehearses = container.files.some((file) => basename(file) === rehearsalFile);
  return (
    rehearses === (rehearsal !== undefined) && real(container.folder) === real(join(folder, generatedFolder))
  );
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
