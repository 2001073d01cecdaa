import { StringDecoder } from "node:string_decoder";

const longest = 1024 * 1024;

/** Cuts a stream of bytes into lines, whatever the chunks. A line without an end is handed over at 1 MB. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (text: string) => void;
  #rest = "";

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    this.#rest += this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let from = 0;
    for (let end = this.#rest.indexOf("\n"); end !== -1; end = this.#rest.indexOf("\n", from)) {
      this.#emit(this.#rest.slice(from, end));
      from = end + 1;
    }
    this.#rest = this.#rest.slice(from);
    while (this.#rest.length >= longest) {
      this.#onLine(this.#rest.slice(0, longest));
      this.#rest = this.#rest.slice(longest);
    }
  }

  end(): void {
    this.#rest += this.#decoder.end();
    if (this.#rest !== "") this.#emit(this.#rest);
    this.#rest = "";
  }

  #emit(text: string): void {
    this.#onLine(text.endsWith("\r") ? text.slice(0, -1) : text);
  }
}
