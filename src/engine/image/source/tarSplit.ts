import { posix } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { z } from "zod";
import { Shelf } from "./shelf.ts";
import type { Entry } from "./tar.ts";

/** A line of Docker's record of a layer: bytes of the tar as they were, or a place where a file's content stood. */
const record = z.discriminatedUnion("type", [
  z.object({ type: z.literal(2), payload: z.base64() }),
  z.object({
    type: z.literal(1),
    name: z.string().optional(),
    name_raw: z.base64().optional(),
    size: z.number().default(0),
  }),
]);

/**
 * The very tar that a layer came from, out of the files that it was unpacked to and Docker's record of all between them.
 * The files come in an order of their own, nearly always that of the tar.
 */
export async function* assemble(
  records: AsyncIterable<Buffer>,
  open: () => Promise<AsyncGenerator<Entry>>,
): AsyncGenerator<Buffer> {
  await using shelf = new Shelf();
  let files: AsyncGenerator<Entry> | undefined; // many layers have no content at all
  try {
    for await (const read of parse(records)) {
      if (read.type === 2) yield Buffer.from(read.payload, "base64");
      else if (read.size > 0) {
        const name =
          read.name_raw === undefined ? read.name : Buffer.from(read.name_raw, "base64").toString();
        files ??= await open();
        yield* content(plain(name ?? ""), read.size, files, shelf);
      }
    }
  } finally {
    await files?.return(undefined);
  }
}

/** The size of that tar. */
export async function sizeOfTar(records: AsyncIterable<Buffer>): Promise<number> {
  let size = 0;
  for await (const read of parse(records))
    size += read.type === 2 ? Buffer.byteLength(read.payload, "base64") : read.size;
  return size;
}

async function* parse(records: AsyncIterable<Buffer>): AsyncGenerator<z.infer<typeof record>> {
  for await (const line of createInterface({ input: Readable.from(records), crlfDelay: 0 }))
    if (line !== "") yield record.parse(JSON.parse(line));
}

async function* content(
  name: string,
  size: number,
  files: AsyncGenerator<Entry>,
  shelf: Shelf,
): AsyncGenerator<Buffer> {
  while (!shelf.has(name)) {
    const { value: entry, done } = await files.next();
    if (done) throw new Error(`the store holds no ${name}`);
    const own = plain(entry.name.slice(entry.name.indexOf("/") + 1));
    if (entry.kind === "file" && own === name && entry.size === size) return yield* entry.body;
    if (entry.kind === "file" && entry.size > 0) await shelf.put(own, entry.body);
    if (entry.kind === "link") shelf.alias(own, plain(entry.link.slice(entry.link.indexOf("/") + 1)));
  }
  yield* shelf.take(name);
}

const plain = (name: string) => posix.normalize(`/${name}`).slice(1);
