/** Messages of the protocol that editors and debuggers speak, in a stream of bytes. */
export async function* dapMessages(source: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let left: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    left = Buffer.concat([left, chunk]);
    for (;;) {
      const head = left.indexOf("\r\n\r\n");
      const length =
        head < 0 ? undefined : /Content-Length: (\d+)/i.exec(left.toString("latin1", 0, head))?.[1];
      if (length === undefined) break;
      const end = head + 4 + Number(length);
      if (left.length < end) break;
      yield JSON.parse(left.toString("utf8", head + 4, end));
      left = left.subarray(end);
    }
  }
}

export function dapMessage(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}
