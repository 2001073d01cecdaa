import { Bytes } from "./bytes.ts";

/** A file, folder or link of a tar. Its body is read before the next entry is asked for, or not at all. */
export interface Entry {
  name: string;
  kind: "file" | "folder" | "link" | "other";
  size: number;
  /** What a hard link is another name of. */
  link: string;
  body: AsyncIterable<Buffer>;
}

const block = 512;

/** The entries of a tar as they come. */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  const bytes = new Bytes(source);
  let told: Partial<Record<string, string>> = {};
  try {
    for (;;) {
      const head = await bytes.take(block);
      if (head.length < block || head[0] === 0) return;
      const type = String.fromCharCode(head[156] ?? 0);
      const size = told.size === undefined ? number(head.subarray(124, 136)) : Number(told.size);
      const padding = (block - (size % block)) % block;
      if (type === "x" || type === "L" || type === "K") {
        const text = await bytes.take(size);
        await bytes.skip(padding);
        Object.assign(
          told,
          type === "x" ? records(text) : { [type === "L" ? "path" : "linkpath"]: string(text) },
        );
        continue;
      }
      let read = false;
      const body = async function* () {
        read = true;
        yield* bytes.pass(size);
      };
      const prefix = string(head.subarray(345, 500));
      const name = string(head.subarray(0, 100));
      yield {
        name: told.path ?? (prefix === "" || !isUstar(head) ? name : `${prefix}/${name}`),
        kind:
          type === "0" || type === "\0" ? "file" : type === "5" ? "folder" : type === "1" ? "link" : "other",
        size,
        link: told.linkpath ?? string(head.subarray(157, 257)),
        body: body(),
      };
      if (!read) await bytes.skip(size);
      await bytes.skip(padding);
      told = {};
    }
  } finally {
    await bytes.close();
  }
}

/** The head of a file in a tar: all that an archive of an image needs. */
export function fileHead(name: string, size: number): Buffer {
  const head = Buffer.alloc(block);
  head.write(name, 0, 100, "utf8");
  head.write("0000644\0", 100);
  head.write("0000000\0", 108);
  head.write("0000000\0", 116);
  writeSize(head, size);
  head.write("00000000000\0", 136);
  head.write("        0", 148);
  head.write("ustar\x0000", 257);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return head;
}

/** What stands between the end of a file and the next head. */
export const paddingAfter = (size: number) => Buffer.alloc((block - (size % block)) % block);

/** The end of a tar. */
export const tarEnd = Buffer.alloc(2 * block);

/** Eleven octal digits hold 8 GB less a byte; what is larger is written as a binary number, as GNU tar does. */
function writeSize(head: Buffer, size: number): void {
  if (size < 8 ** 11) return void head.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  head[124] = 0x80;
  head.writeBigUInt64BE(BigInt(size), 128);
}

function number(field: Buffer): number {
  if ((field[0] ?? 0) & 0x80) return Number(field.readBigUInt64BE(4));
  return Number.parseInt(string(field).trim() || "0", 8);
}

function string(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}

const isUstar = (head: Buffer) => head.toString("latin1", 257, 262) === "ustar";

/** "27 path=usr/share/…\n": what pax says of the entry that follows. */
function records(text: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(0x20, at);
    const length = Number(text.toString("latin1", at, space));
    if (space === -1 || !(length > 0)) break;
    const record = text.toString("utf8", space + 1, at + length - 1);
    found[record.slice(0, record.indexOf("="))] = record.slice(record.indexOf("=") + 1);
    at += length;
  }
  return found;
}
