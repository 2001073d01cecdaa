import type Docker from "dockerode";
import { z } from "zod";
import { configDigest, diffId, digestOf, hexOf } from "../digest.ts";
import { unpacked } from "../packing.ts";
import type { LocalImage, Source } from "./source.ts";
import { openStore, type Store } from "./store.ts";

/** Where containerd keeps contents: its own service's, one that Docker started, Docker Desktop's. */
const roots = (dockerRoot: string) => [
  "/var/lib/containerd",
  `${dockerRoot}/containerd/daemon`,
  "/var/lib/desktop-containerd/daemon",
];

const descriptor = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number(),
  mediaType: z.string().default(""),
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
const index = z.object({ manifests: z.array(descriptor) });
const config = z.object({ rootfs: z.object({ diff_ids: z.array(diffId) }) });

/** A layer as containerd's store keeps it: packed or not, it is known by the bytes as they are. */
export type Descriptor = Pick<z.infer<typeof descriptor>, "digest" | "size" | "mediaType">;

/** How the layers of an image lie in containerd's store. */
export async function layersKept(
  docker: Docker,
  image: LocalImage,
  dockerRoot: string,
  signal: AbortSignal,
): Promise<Descriptor[]> {
  await using store = await openWhereIs(docker, image, roots(dockerRoot), signal);
  const { layers } = await manifestOf(store, image);
  if (layers.length !== image.layers.length) throw new Error("the image's manifest has other layers");
  return layers.map(({ digest, size, mediaType }) => ({ digest, size, mediaType }));
}

/** An image in containerd's store: contents lie as files named by their digests. */
export async function containerdSource(
  docker: Docker,
  image: LocalImage,
  dockerRoot: string,
  signal: AbortSignal,
): Promise<Source> {
  const store = await openWhereIs(docker, image, roots(dockerRoot), signal);
  try {
    const found = await manifestOf(store, image);
    const bytes = await contentOf(store, found.config.digest);
    const layers = config.parse(JSON.parse(bytes.toString())).rootfs.diff_ids;
    if (layers.join() !== image.layers.join() || found.layers.length !== layers.length)
      throw new Error("the image's manifest names other layers than the engine does");
    return {
      config: async () => ({ bytes, digest: configDigest.parse(found.config.digest) }),
      sizeOf: async (at) => found.layers[at]?.size ?? 0,
      async *layer(at) {
        const entries = await store.read(pathOf(found.layers[at]?.digest ?? ""));
        try {
          const { value } = await entries.next();
          if (!value) throw new Error("the store does not hold the layer");
          yield* unpacked(value.body);
        } finally {
          await entries.return(undefined);
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(store[Symbol.asyncDispose]()),
    };
  } catch (thrown) {
    await store[Symbol.asyncDispose]();
    throw thrown;
  }
}

const pathOf = (digest: string) => `io.containerd.content.v1.content/blobs/sha256/${hexOf(digest)}`;

async function openWhereIs(
  docker: Docker,
  image: LocalImage,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<Store> {
  let last: unknown;
  for (const folder of folders) {
    try {
      const store = await openStore(docker, image.id, folder, signal);
      try {
        await store.file(pathOf(image.id));
        return store;
      } catch (thrown) {
        await store[Symbol.asyncDispose]();
        throw thrown;
      }
    } catch (thrown) {
      last = thrown;
    }
  }
  throw last;
}

async function contentOf(store: Store, digest: string): Promise<Buffer> {
  const bytes = await store.file(pathOf(digest));
  if (digestOf(bytes) !== digest) throw new Error(`${digest} is not what it is called`);
  return bytes;
}

/** Of an index, the manifest that the engine runs; what is only said about images (attestations) is not meant. */
async function manifestOf(store: Store, image: LocalImage): Promise<z.infer<typeof manifest>> {
  const target: unknown = JSON.parse((await contentOf(store, image.id)).toString());
  const own = manifest.safeParse(target);
  if (own.success) return own.data;
  const { os, architecture, variant } = image.platform;
  const meant = index
    .parse(target)
    .manifests.find(
      ({ platform }) =>
        platform?.os === os &&
        platform.architecture === architecture &&
        (variant === undefined || platform.variant === undefined || platform.variant === variant),
    );
  if (meant === undefined) throw new Error("the image's index names none for this engine");
  return manifest.parse(JSON.parse((await contentOf(store, meant.digest)).toString()));
}
