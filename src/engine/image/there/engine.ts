import type Docker from "dockerode";
import { z } from "zod";
import { isLower } from "../arriving.ts";
import { chainsOf, diffId } from "../digest.ts";

/** What an engine holds of images. */
export interface Held {
  /** Every layer with all below it, and an image that has it. */
  chains: ReadonlyMap<string, string>;
  /** The names of images, and the ids of what they name. */
  tags: ReadonlyMap<string, string>;
}

const rootFs = z.object({ RootFS: z.object({ Layers: z.array(diffId).nullish() }) });
/** So many questions at once: each is a channel of the connection. */
const atOnce = 6;

/** Asks an engine which layers it has. An image that goes meanwhile is as if it never was. */
export async function heldBy(docker: Docker, signal: AbortSignal): Promise<Held> {
  const listed = await docker.listImages({ ...{ abortSignal: signal } });
  const images = listed.filter(({ RepoTags }) => !isLower(RepoTags ?? []));
  const chains = new Map<string, string>();
  const ids = [...new Set(images.map(({ Id }) => Id))];
  const next = ids.values();
  const ask = async () => {
    for (const id of next) {
      signal.throwIfAborted();
      const found = await docker
        .getImage(id)
        .inspect()
        .catch((thrown: unknown) => {
          if (isMissing(thrown)) return undefined;
          throw thrown;
        });
      if (found === undefined) continue;
      for (const chain of chainsOf(rootFs.parse(found).RootFS.Layers ?? [])) chains.set(chain, id);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, ask));
  const tags = images.flatMap(({ Id, RepoTags }) =>
    (RepoTags ?? []).map((tag): [string, string] => [tag, Id]),
  );
  return { chains, tags: new Map(tags) };
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "statusCode" in thrown && thrown.statusCode === 404;
}

const said = z.object({
  Driver: z.string(),
  ServerVersion: z.string(),
  Architecture: z.string(),
  DockerRootDir: z.string(),
});

export interface RemoteEngine {
  version: string;
  store: "overlay2" | "containerd";
  architecture: string;
  /** The folder of the engine's files there. */
  root: string;
}

/** Stores that are not containerd's know images by their configurations, as overlay2 does. */
const older = new Set(["overlay2", "fuse-overlayfs", "btrfs", "zfs", "vfs"]);

/** Of what kind an engine is. */
export async function engineOf(docker: Docker): Promise<RemoteEngine> {
  const { Driver, ServerVersion, Architecture, DockerRootDir } = said.parse(await docker.info());
  const store = older.has(Driver) ? "overlay2" : "containerd";
  return { version: ServerVersion, store, architecture: goName(Architecture), root: DockerRootDir };
}

/** `uname -m` and Go have different names for processors. */
export function goName(architecture: string): string {
  const names: Record<string, string> = { x86_64: "amd64", aarch64: "arm64", armv7l: "arm", i686: "386" };
  return names[architecture] ?? architecture;
}
