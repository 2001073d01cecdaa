import { LayerLost } from "./cache.ts";
import { type ConfigDigest, type DiffId, digestOf, hexOf } from "./digest.ts";
import type { Descriptor } from "./source/containerd.ts";
import { fileHead, paddingAfter, tarEnd } from "./source/tar.ts";
import type { Part } from "./there/load.ts";

/** What an archive of an image is of. */
export interface Contents {
  config: { bytes: Buffer; digest: ConfigDigest };
  layers: readonly DiffId[];
  /**
   * A layer as it is in the archive, by its place; asked when the layer's turn has come. Of one that is left out, how it
   * lies in the server's store: containerd's wants the very bytes, which it has.
   */
  layerAt: (at: number) => Promise<Descriptor>;
  /** What the image is called where it is loaded. */
  reference: string;
}

/** Bytes of an archive, or the place of a layer in it. */
export type Piece = { bytes: Buffer } | { layer: number };

const contentPath = (digest: string) => `blobs/sha256/${hexOf(digest)}`;

/**
 * An archive as "docker load" takes it, for both kinds of stores: manifest.json is read by the one, index.json by the
 * other. Layers that the engine has are left out, for it looks by their chains first. The names of all come last: what
 * is cut short names no image.
 */
export async function* archiveOf(contents: Contents, included: ReadonlySet<number>): AsyncGenerator<Piece> {
  const { config, layers, layerAt, reference } = contents;
  const file = (name: string, bytes: Buffer): Piece => ({
    bytes: Buffer.concat([fileHead(name, bytes.length), bytes, paddingAfter(bytes.length)]),
  });
  const named = new Set<DiffId>(); // the same layer may lie on two bases
  const paths = layers.map((layer) => contentPath(layer));
  for (const [at, layer] of layers.entries()) {
    if (!included.has(at)) continue;
    const { digest, size } = await layerAt(at);
    paths[at] = contentPath(digest);
    if (named.has(layer)) continue;
    named.add(layer);
    yield { bytes: fileHead(contentPath(digest), size) };
    yield { layer: at };
    yield { bytes: paddingAfter(size) };
  }
  const manifest = await manifestOf(contents);
  yield file(contentPath(config.digest), config.bytes);
  yield file(contentPath(digestOf(manifest)), manifest);
  yield file("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  yield file(
    "index.json",
    json({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: digestOf(manifest),
          size: manifest.length,
          annotations: { "io.containerd.image.name": `docker.io/library/${reference}` },
        },
      ],
    }),
  );
  yield file(
    "manifest.json",
    json([{ Config: contentPath(config.digest), RepoTags: [reference], Layers: paths }]),
  );
  yield { bytes: tarEnd };
}

/** The same, of layers that have arrived or arrive, by their places. */
export async function* partsOf(
  contents: Contents,
  included: ReadonlySet<number>,
  arrivals: ReadonlyMap<number, Promise<Part>>,
): AsyncGenerator<Part> {
  for await (const piece of archiveOf(contents, included)) {
    if ("bytes" in piece) yield piece;
    else yield (await arrivals.get(piece.layer)) ?? lost(piece.layer);
  }
}

function lost(at: number): never {
  throw new LayerLost(`layer ${at + 1} was not asked for`);
}

export const mediaTypes = {
  plain: "application/vnd.oci.image.layer.v1.tar",
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

/** The manifest by which containerd's store knows the image: its digest is the image's id there. */
export async function manifestOf({ config, layers, layerAt }: Omit<Contents, "reference">): Promise<Buffer> {
  return json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: config.digest,
      size: config.bytes.length,
    },
    layers: await Promise.all(layers.map((_, at) => layerAt(at))),
  });
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
