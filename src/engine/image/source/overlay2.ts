import { createGunzip } from "node:zlib";
import type Docker from "dockerode";
import { chainsOf, configDigest, digestOf, hexOf } from "../digest.ts";
import { through, whole } from "./bytes.ts";
import type { LocalImage, Source } from "./source.ts";
import { openStore } from "./store.ts";
import { assemble } from "./tarSplit.ts";

interface Record {
  folder: string;
  split: Buffer;
  /** Of the contents of its files. */
  bytes: number;
}

/** An image in the store that engines have had since 2016: layers lie unpacked, each beside a record of its tar. */
export async function overlay2Source(
  docker: Docker,
  image: LocalImage,
  root: string,
  signal: AbortSignal,
): Promise<Source> {
  const store = await openStore(docker, image.id, root, signal);
  const chains = chainsOf(image.layers);
  const records = new Map<number, Promise<Record>>();

  const recordOf = (at: number) => {
    const known = records.get(at) ?? read(at);
    records.set(at, known);
    return known;
  };
  const read = async (at: number): Promise<Record> => {
    const files = new Map<string, Buffer>();
    for await (const { name, kind, body } of await store.read(
      `image/overlay2/layerdb/sha256/${hexOf(chains[at] ?? "")}`,
    ))
      if (kind === "file") files.set(name.slice(name.indexOf("/") + 1), await whole(body));
    const [folder, split, size] = ["cache-id", "tar-split.json.gz", "size"].map((name) => files.get(name));
    if (folder === undefined || split === undefined)
      throw new Error("the store keeps no record of the layer");
    return { folder: folder.toString(), split, bytes: Number(size?.toString() ?? 0) };
  };

  return {
    async config() {
      const bytes = await store.file(`image/overlay2/imagedb/content/sha256/${hexOf(image.id)}`);
      if (digestOf(bytes) !== image.id) throw new Error("the image's configuration is not what it is called");
      return { bytes, digest: configDigest.parse(image.id) };
    },
    async sizeOf(at) {
      // to add up what the record says of each file takes longer than to pack many a layer
      const { bytes, split } = await recordOf(at);
      return bytes + split.length;
    },
    async *layer(at) {
      const { folder, split } = await recordOf(at);
      const records = through(once(split), createGunzip());
      yield* assemble(records, () => store.read(`overlay2/${folder}/diff`));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(store[Symbol.asyncDispose]()),
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
