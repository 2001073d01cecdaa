import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { configDigest, digestOf, hexOf } from "../digest.ts";
import { unpacked } from "../packing.ts";
import { whole } from "./bytes.ts";
import type { LocalImage, Source } from "./source.ts";
import { type Entry, readTar } from "./tar.ts";

const manifests = z.array(z.object({ Config: z.string() })).min(1);
/** Larger than any configuration, smaller than most layers. */
const small = 256 * 1024;

/**
 * An image as "docker save" gives it: all of it, read once into a folder of its own. For engines that let nobody look into
 * their store.
 */
export function savedSource(docker: Docker, image: LocalImage, signal: AbortSignal): Source {
  let saved: Promise<Saved> | undefined;
  const get = () => {
    saved ??= save(docker, image, signal);
    return saved;
  };
  const fileOf = async (at: number) => join((await get()).folder, hexOf(image.layers[at] ?? ""));
  return {
    config: async () => (await get()).config,
    sizeOf: async (at) => (await stat(await fileOf(at))).size,
    async *layer(at) {
      yield* createReadStream(await fileOf(at), { highWaterMark: 256 * 1024 });
    },
    async [Symbol.asyncDispose]() {
      const { folder } = (await saved?.catch(() => undefined)) ?? {};
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Saved {
  folder: string;
  config: Awaited<ReturnType<Source["config"]>>;
}

async function save(docker: Docker, image: LocalImage, signal: AbortSignal): Promise<Saved> {
  const folder = await mkdtemp(join(tmpdir(), "sistership-save-"));
  try {
    const stream = await docker.getImage(image.reference).get();
    const texts = new Map<string, Buffer>();
    for await (const entry of readTar(stream instanceof Readable ? stream : Readable.from(stream))) {
      signal.throwIfAborted();
      if (entry.kind !== "file") continue;
      const file = await keep(entry, folder, signal);
      if (entry.size <= small) texts.set(entry.name, await whole(createReadStream(file)));
    }
    const [first] = manifests.parse(JSON.parse(texts.get("manifest.json")?.toString() ?? ""));
    const bytes = texts.get(first?.Config ?? "");
    if (bytes === undefined) throw new Error('"docker save" gave no configuration');
    return { folder, config: { bytes, digest: configDigest.parse(digestOf(bytes)) } };
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** Under the digest of what is in it. */
async function keep({ body }: Entry, folder: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const part = join(folder, "part");
  await pipeline(
    unpacked(body),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(part, { mode: 0o600 }),
    { signal },
  );
  const file = join(folder, hash.digest("hex"));
  await rename(part, file);
  return file;
}
