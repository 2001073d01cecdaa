import { type LogLine, type Speaker, speakerOf } from "./line.ts";

/** A line with the engine's own time of it, which tells where to go on after an interruption. */
export type StampedLine = LogLine & { stamp: string };

const headerBytes = 8;
/** A line without an end is handed on in pieces of this size. */
const longest = 64 * 1024;
const stampBytes = 30; // 2026-11-21T03:34:07.123456789Z, of fixed width

interface Partial {
  text: string;
  stamp: string;
}

/**
 * Cuts what the engine sends into lines. With a terminal the container's output is one plain stream; without one, each
 * message comes in a frame that says its stream. A message over 16 KB comes in several frames, the last ends the line.
 */
export class Demultiplexer {
  readonly #speaker: Speaker;
  readonly #plain: boolean;
  readonly #open = new Map<LogLine["stream"], Partial>();
  #rest: Buffer = Buffer.alloc(0);
  #second = "";
  #secondMs = 0;

  constructor(speaker: Speaker, { terminal }: { terminal: boolean }) {
    this.#speaker = speakerOf(speaker);
    this.#plain = terminal;
  }

  /** The lines that are whole with this chunk. */
  push(chunk: Buffer): StampedLine[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: StampedLine[] = [];
    const read = this.#plain ? this.#readPlain(data, lines) : this.#readFrames(data, lines);
    this.#rest = read === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(read));
    return lines;
  }

  /** The last lines, whose ends never came. */
  end(): StampedLine[] {
    const lines: StampedLine[] = [];
    if (this.#plain && this.#rest.length > 0) this.#message("stdout", this.#rest.toString("utf8"), lines);
    for (const [stream, partial] of this.#open) this.#emit(stream, partial, lines);
    this.#open.clear();
    this.#rest = Buffer.alloc(0);
    return lines;
  }

  #readFrames(data: Buffer, lines: StampedLine[]): number {
    let at = 0;
    while (data.length - at >= headerBytes) {
      const end = at + headerBytes + data.readUInt32BE(at + 4);
      if (end > data.length) break;
      this.#message(
        data[at] === 2 ? "stderr" : "stdout",
        data.toString("utf8", at + headerBytes, end),
        lines,
      );
      at = end;
    }
    return at;
  }

  #readPlain(data: Buffer, lines: StampedLine[]): number {
    let at = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, at)) {
      this.#message("stdout", data.toString("utf8", at, end + 1), lines);
      at = end + 1;
    }
    return at;
  }

  #message(stream: LogLine["stream"], message: string, lines: StampedLine[]): void {
    const stamped = message.charCodeAt(stampBytes) === 32;
    const stamp = stamped ? message.slice(0, stampBytes) : "";
    const whole = message.endsWith("\n");
    const end = whole ? (message.endsWith("\r\n") ? -2 : -1) : message.length;
    const text = message.slice(stamped ? stampBytes + 1 : 0, end);
    const open = this.#open.get(stream);
    const line = open ? { stamp: open.stamp, text: open.text + text } : { stamp, text };
    if (!whole && line.text.length < longest) {
      this.#open.set(stream, line);
      return;
    }
    if (open) this.#open.delete(stream);
    this.#emit(stream, line, lines);
  }

  #emit(stream: LogLine["stream"], { text, stamp }: Partial, lines: StampedLine[]): void {
    lines.push({ ...this.#speaker, time: this.#timeOf(stamp), stream, text, stamp });
  }

  /** Lines come many in a second: the date is read once for each second. */
  #timeOf(stamp: string): number {
    const second = stamp.slice(0, 19);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondMs = Date.parse(`${second}Z`);
    }
    return this.#secondMs + Number(stamp.slice(20, 29)) / 1e6;
  }
}
