import { realpathSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import type { Layout } from "../blueprint/index.ts";
import type { Container } from "../docker/index.ts";
import type { Command } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";
import { compose } from "./composeCommand.ts";
import type { Here } from "./here.ts";
import { generatedFolder } from "./local.ts";
import type { Memory } from "./memory.ts";

/** An environment that is being worked on: what it is to be, and what it is made with. */
export interface Session {
  here: Here;
  profile: Profile;
  layout: Layout;
  docker: Docker;
  /** The name of the Compose project. */
  project: string;
  memory: Memory;
  /** Laid over the environment of Compose: where the file with secrets is. */
  env: Readonly<Record<string, string>>;
}

export function inSession({ here, env }: Session, ...args: readonly string[]): Command {
  return compose(here, args, env);
}

/** Whether a container is of the environment in this folder; another checkout's may have the same name. */
export function isOf(folder: string, container: Pick<Container, "folder">): boolean {
  return real(container.folder) === real(join(folder, generatedFolder));
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
