import { type ConfigDigest, type DiffId, digestOf, hexOf } from "./digest.ts";
import { fileHead, paddingAfter, tarEnd } from "./source/tar.ts";

/** What an archive of an image is of. */
export interface Contents {
  config: { bytes: Buffer; digest: ConfigDigest };
  layers: readonly DiffId[];
  /** Bytes of the plain tar of a layer, by its place; asked when the layer's turn has come. */
  sizeOf: (at: number) => Promise<number>;
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
export async function* archiveOf(
  contents: Contents,
  included: ReadonlySet<number>,
): AsyncGenerator<Piece> {
  const { config, layers, sizeOf, reference } = contents;
  const file = (name: string, bytes: Buffer): Piece => ({
    bytes: Buffer.concat([fileHead(name, bytes.length), bytes, paddingAfter(bytes.length)]),
  });
  const named = new Set<DiffId>(); // the same layer may lie on two bases
  for (const [at, layer] of layers.entries()) {
    if (!included.has(at) || named.has(layer)) continue;
    named.add(layer);
    const size = await sizeOf(at);
    yield { bytes: fileHead(contentPath(layer), size) };
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
    json([
      { Config: contentPath(config.digest), RepoTags: [reference], Layers: layers.map((layer) => contentPath(layer)) },
    ]),
  );
  yield { bytes: tarEnd };
}

/** The manifest by which containerd's store knows the image: its digest is the image's id there. */
export async function manifestOf({ config, layers, sizeOf }: Omit<Contents, "reference">): Promise<Buffer> {
  const sizes = await Promise.all(layers.map((_, at) => sizeOf(at)));
  return json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: config.digest,
      size: config.bytes.length,
    },
    layers: layers.map((digest, at) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest,
      size: sizes[at] ?? 0,
    })),
  });
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
