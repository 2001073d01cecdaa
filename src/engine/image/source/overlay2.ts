import { createGunzip } from "node:zlib";
import type Docker from "dockerode";
import { chainsOf, configDigest, digestOf, hexOf } from "../digest.ts";
import { through, whole } from "./bytes.ts";
import type { LocalImage, Source } from "./source.ts";
import { openStore } from "./store.ts";
import { assemble, sizeOfTar } from "./tarSplit.ts";

interface Record {
  folder: string;
  split: Buffer;
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
  const sizes = new Map<number, Promise<number>>(); // asked for more than once, and told by a long record

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
    const [folder, split] = [files.get("cache-id"), files.get("tar-split.json.gz")];
    if (folder === undefined || split === undefined)
      throw new Error("the store keeps no record of the layer");
    return { folder: folder.toString(), split };
  };

  const measure = async (at: number) => sizeOfTar(through(once((await recordOf(at)).split), createGunzip()));

  return {
    async config() {
      const bytes = await store.file(`image/overlay2/imagedb/content/sha256/${hexOf(image.id)}`);
      if (digestOf(bytes) !== image.id) throw new Error("the image's configuration is not what it is called");
      return { bytes, digest: configDigest.parse(image.id) };
    },
    sizeOf(at) {
      const size = sizes.get(at) ?? measure(at);
      sizes.set(at, size);
      return size;
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
