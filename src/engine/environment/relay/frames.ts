/** What goes between this machine and the relay in a container: see templates/inside/relay.pl. */
export interface Frame {
  number: number;
  /** O opens a connection, D is data, E the end of what one side says, C closes; F is a file, R readiness. */
  kind: string;
  bytes: Buffer;
}

const headLength = 9;

export function frame(number: number, kind: string, bytes: Uint8Array | string = ""): Buffer {
  const body = Buffer.from(bytes);
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(number, 0);
  head.write(kind, 4, "latin1");
  head.writeUInt32BE(body.length, 5);
  return Buffer.concat([head, body]);
}

/** The frames in a stream of bytes, however it was cut. */
export async function* frames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let left: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    while (left.length >= headLength) {
      const end = headLength + left.readUInt32BE(5);
      if (left.length < end) break;
      yield {
        number: left.readUInt32BE(0),
        kind: left.toString("latin1", 4, 5),
        bytes: left.subarray(headLength, end),
      };
      left = left.subarray(end);
    }
  }
}
