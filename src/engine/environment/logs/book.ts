import { plain } from "./ansi.ts";
import { continues, type Level, levelOf, levels } from "./level.ts";
import { type LogLine, type Speaker, speakerOf } from "./line.ts";

/** A line as it is kept, by its number among all lines there ever were. */
export interface KeptLine extends LogLine {
  id: number;
  level: Level;
}

interface Block {
  first: number;
  count: number;
  text: Buffer;
  /** Where in the text each line ends. */
  ends: Uint32Array;
  times: Float64Array;
  speakers: Uint16Array;
  /** Level times two, plus one for stderr. */
  marks: Uint8Array;
}

const linesOfBlock = 8192;
const growth = 1 << 16;

export interface Limits {
  lines: number;
  /** Of text, as UTF-8. */
  bytes: number;
}

/**
 * The lines that are kept, packed: text as UTF-8 outside of the heap, a few bytes more for each line. When it is full
 * the oldest go, a block at a time.
 */
export class LogBook {
  readonly #limits: Limits;
  readonly #blocks: Block[] = [];
  readonly #speakers: Speaker[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #lastLevel = new Map<string, Level>();
  #bytes = 0;
  #end = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The number of the oldest line that is kept. */
  get first(): number {
    return this.#blocks[0]?.first ?? this.#end;
  }

  /** The number that the next line will have. */
  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(lines: readonly LogLine[]): void {
    for (const line of lines) this.#add(line);
    while (this.#blocks.length > 1 && this.#isFull()) {
      const oldest = this.#blocks.shift();
      this.#bytes -= oldest?.text.length ?? 0;
    }
  }

  /** A line by its number, as long as it is kept. */
  get(id: number): KeptLine | undefined {
    const block = this.#blockOf(id);
    if (block === undefined) return undefined;
    const i = id - block.first;
    const mark = block.marks[i] ?? 0;
    return {
      id,
      ...this.#speakerOf(block, i),
      time: block.times[i] ?? 0,
      stream: mark & 1 ? "stderr" : "stdout",
      level: levels[mark >> 1] ?? "info",
      text: block.text.toString("utf8", i === 0 ? 0 : block.ends[i - 1], block.ends[i]),
    };
  }

  /** Process and level of a line, without its text. */
  mark(id: number): { process: string; level: number } | undefined {
    const block = this.#blockOf(id);
    if (block === undefined) return undefined;
    const i = id - block.first;
    return { process: this.#speakerOf(block, i).process, level: (block.marks[i] ?? 0) >> 1 };
  }

  text(id: number): string {
    const block = this.#blockOf(id);
    if (block === undefined) return "";
    const i = id - block.first;
    return block.text.toString("utf8", i === 0 ? 0 : block.ends[i - 1], block.ends[i]);
  }

  #add(line: LogLine): void {
    const { time, stream, text } = line;
    const block = this.#blockFor(text);
    const i = block.count;
    const start = i === 0 ? 0 : (block.ends[i - 1] ?? 0);
    block.ends[i] = start + block.text.write(text, start, "utf8");
    block.times[i] = time;
    const speaker = this.#numberOf(line);
    block.speakers[i] = speaker;
    const said = continues(text) ? undefined : (levelOf(plain(text)) ?? "info");
    const key = `${speaker}/${stream}`;
    const level = said ?? this.#lastLevel.get(key) ?? "info";
    if (said !== undefined) this.#lastLevel.set(key, said);
    block.marks[i] = levels.indexOf(level) * 2 + (stream === "stderr" ? 1 : 0);
    block.count++;
    this.#end++;
  }

  /** The last block, with room for one more line. */
  #blockFor(text: string): Block {
    const last = this.#blocks.at(-1);
    const most = text.length * 3; // of UTF-8
    if (last && last.count < linesOfBlock) {
      const used = last.count === 0 ? 0 : (last.ends[last.count - 1] ?? 0);
      if (used + most > last.text.length) this.#resize(last, used, used + Math.max(most, growth, used));
      return last;
    }
    if (last) this.#seal(last);
    const text_ = Buffer.allocUnsafeSlow(Math.max(growth, most));
    const block: Block = {
      first: this.#end,
      count: 0,
      text: text_,
      ends: new Uint32Array(linesOfBlock),
      times: new Float64Array(linesOfBlock),
      speakers: new Uint16Array(linesOfBlock),
      marks: new Uint8Array(linesOfBlock),
    };
    this.#bytes += text_.length;
    this.#blocks.push(block);
    return block;
  }

  /** A block that is full keeps no more room than its text needs. */
  #seal(block: Block): void {
    const used = block.ends[block.count - 1] ?? 0;
    this.#resize(block, used, used);
  }

  #resize(block: Block, used: number, size: number): void {
    const text = Buffer.allocUnsafeSlow(size);
    block.text.copy(text, 0, 0, used);
    this.#bytes += size - block.text.length;
    block.text = text;
  }

  #isFull(): boolean {
    const [oldest] = this.#blocks;
    if (oldest === undefined) return false;
    return (
      this.#bytes > this.#limits.bytes || this.#end - (oldest.first + oldest.count) >= this.#limits.lines
    );
  }

  #blockOf(id: number): Block | undefined {
    if (id < this.first || id >= this.#end) return undefined;
    // every block but the last is full, so that its place follows from the number
    return this.#blocks[Math.floor((id - this.first) / linesOfBlock)];
  }

  #speakerOf(block: Block, i: number): Speaker {
    return this.#speakers[block.speakers[i] ?? 0] ?? { process: "" };
  }

  #numberOf(line: Speaker): number {
    const { process, replica, server } = line;
    const key = replica === undefined && server === undefined ? process : `${process}/${replica}/${server}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#speakers.length);
    return this.#speakers.push(speakerOf(line)) - 1;
  }
}
