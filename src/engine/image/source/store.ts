import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { piecesOf, whole } from "./bytes.ts";
import { type Entry, readTar } from "./tar.ts";

const place = "/store";
const label = "sistership.reads";

/**
 * The engine's own files, read through its API: a container that is made but never started has a folder of the engine's
 * machine mounted, and the engine hands out files of containers. So it works wherever the engine is, Docker Desktop's
 * machine too, and of 700 MB only what is wanted is read, where "docker save" reads all. What comes out is trusted only
 * by its digest.
 */
export interface Store extends AsyncDisposable {
  /** A file, or a folder with all that is in it. */
  read(path: string): Promise<AsyncGenerator<Entry>>;
  /** A small file, whole. */
  file(path: string): Promise<Buffer>;
}

export async function openStore(
  docker: Docker,
  image: string,
  folder: string,
  signal: AbortSignal,
): Promise<Store> {
  const made = await docker.createContainer({
    name: `sistership-reads-${randomBytes(6).toString("hex")}`,
    Image: image,
    Cmd: ["none"],
    Labels: { [label]: "true" },
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: "none",
      Mounts: [
        {
          Type: "bind",
          Source: folder,
          Target: place,
          ReadOnly: true,
          // Mounts below it belong to containers that run: they are left out. The engine wants "rslave" for its own folder.
          BindOptions: { ...{ NonRecursive: true }, Propagation: "rslave" },
        },
      ],
    },
  });
  const read = async (path: string) => {
    const stream = await made.getArchive({ path: `${place}/${path}`, abortSignal: signal });
    return readTar(piecesOf(stream instanceof Readable ? stream : Readable.from(stream)));
  };
  return {
    read,
    async file(path) {
      const entries = await read(path);
      try {
        const { value } = await entries.next();
        if (!value) throw new Error(`the store holds no ${path}`);
        return await whole(value.body);
      } finally {
        await entries.return(undefined);
      }
    },
    // what it read matters more than whether it went; the next one clears up
    [Symbol.asyncDispose]: () => made.remove({ force: true, v: true }).catch(() => {}),
  };
}

/** Containers that a process which was killed has left. */
export async function sweepStores(docker: Docker, now: Date): Promise<void> {
  const left = await docker.listContainers({ all: true, filters: { label: [label], status: ["created"] } });
  const old = left.filter(({ Created }) => now.getTime() / 1000 - Created > 3600);
  await Promise.all(
    old.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => {}),
    ),
  );
}
