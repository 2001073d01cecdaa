import { posix } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Shelf } from "./shelf.ts";
import type { Entry } from "./tar.ts";

/** A line of Docker's record of a layer: bytes of the tar as they were, or a place where a file's content stood. */
type Part = { bytes: string } | { name: string; size: number };

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
    for await (const part of parse(records)) {
      if ("bytes" in part) yield Buffer.from(part.bytes, "base64");
      else if (part.size > 0) {
        files ??= await open();
        yield* content(plain(part.name), part.size, files, shelf);
      }
    }
  } finally {
    await files?.return(undefined);
  }
}

async function* parse(records: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  for await (const line of createInterface({ input: Readable.from(records), crlfDelay: 0 }))
    if (line !== "") yield partOf(JSON.parse(line));
}

/** By hand: there is one for each file, and whether all of it is right is told by the digest of what it makes. */
function partOf(line: Record<string, unknown>): Part {
  const { type, payload, name = "", name_raw: raw, size = 0 } = line;
  if (type === 2 && typeof payload === "string") return { bytes: payload };
  const named = typeof raw === "string" ? Buffer.from(raw, "base64").toString() : name;
  if (type === 1 && typeof named === "string" && typeof size === "number") return { name: named, size };
  throw new Error("the store's record of the layer cannot be read");
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
