import type { Duplex } from "node:stream";
import { type Element, readXml } from "./xml.ts";

/** One run of PHP that waits to be told what to do: a request, mostly. */
export class Dbgp {
  readonly #connection: Duplex;
  readonly #waiting = new Map<number, { resolve: (answer: Element) => void; reject: (why: Error) => void }>();
  #last = 0;
  readonly started: Promise<Element>;
  readonly ended: Promise<void>;

  constructor(connection: Duplex) {
    this.#connection = connection;
    let began = (_: Element) => {};
    this.started = new Promise((resolve) => {
      began = resolve;
    });
    this.ended = this.#read(began);
  }

  /** `breakpoint_set`, with `-t line`…; `data` is what the command is about, of any length and kind. */
  ask(
    command: string,
    options: Readonly<Record<string, string | number>> = {},
    data?: string,
  ): Promise<Element> {
    const id = ++this.#last;
    const said = Object.entries(options).map(([name, value]) => ` -${name} ${quoted(String(value))}`);
    const rest = data === undefined ? "" : ` -- ${Buffer.from(data).toString("base64")}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#connection.write(`${command} -i ${id}${said.join("")}${rest}\0`);
    });
  }

  close(): void {
    this.#connection.destroy();
  }

  async #read(began: (init: Element) => void): Promise<void> {
    try {
      for await (const text of messages(this.#connection)) {
        const message = readXml(text);
        if (message.name === "init") began(message);
        const asked = this.#waiting.get(Number(message.attributes.transaction_id));
        if (message.name !== "response" || asked === undefined) continue;
        this.#waiting.delete(Number(message.attributes.transaction_id));
        const error = message.children.find(({ name }) => name === "error");
        if (error) asked.reject(new Error(error.children[0]?.text ?? "PHP refused that"));
        else asked.resolve(message);
      }
    } catch {
      // cut off: it has ended all the same
    } finally {
      this.#connection.destroy();
      for (const { reject } of this.#waiting.values()) reject(new Error("that run of PHP has ended"));
      this.#waiting.clear();
    }
  }
}

/** Names of variables hold spaces, quotes and more. */
function quoted(text: string): string {
  return /^[\w./:*-]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\0", "\\0")}"`;
}

/** Each is its length, a zero, XML, a zero. */
async function* messages(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let left: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    left = Buffer.concat([left, chunk]);
    for (;;) {
      const zero = left.indexOf(0);
      if (zero < 0) break;
      const end = zero + 1 + Number(left.toString("latin1", 0, zero));
      if (!(left.length > end)) break;
      yield left.toString("utf8", zero + 1, end);
      left = left.subarray(end + 1);
    }
  }
}
