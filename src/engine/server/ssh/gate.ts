import { Transform, type TransformCallback } from "node:stream";

const kept = 8192;

/** Lets through what comes after a mark. */
export class After extends Transform {
  readonly opened: Promise<void>;
  readonly #mark: string;
  #before = "";
  #open: (() => void) | undefined;

  constructor(mark: string) {
    super();
    this.#mark = mark;
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#open ? this.#look(chunk, this.#open) : chunk);
  }

  #look(chunk: Buffer, open: () => void): Buffer | undefined {
    this.#before += chunk.toString("latin1");
    const at = this.#before.indexOf(this.#mark);
    if (at === -1) {
      this.#before = this.#before.slice(-kept);
      return undefined;
    }
    this.#open = undefined;
    open();
    return Buffer.from(this.#before.slice(at + this.#mark.length), "latin1");
  }
}

/** The standard error of sudo, and after a mark that of its program: tells when sudo asks, and when the program begins. */
export class Gate extends Transform {
  /** The program's process id, which follows the mark. */
  readonly opened: Promise<number>;
  readonly #mark: RegExp;
  readonly #prompt: string;
  readonly #asked: () => void;
  #before = "";
  #seen = 0;
  #open: ((pid: number) => void) | undefined;

  constructor(mark: string, prompt: string, asked: () => void) {
    super();
    this.#mark = new RegExp(`${mark}(\\d+)\\.`);
    this.#prompt = prompt;
    this.#asked = asked;
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** What was said before the program began, without the prompts. */
  get before(): string {
    return this.#before.replaceAll(this.#prompt, "");
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#open ? this.#look(chunk, this.#open) : chunk);
  }

  #look(chunk: Buffer, open: (pid: number) => void): Buffer | undefined {
    this.#before += chunk.toString("latin1");
    const found = this.#mark.exec(this.#before);
    if (found) {
      const rest = this.#before.slice(found.index + found[0].length);
      this.#before = "";
      this.#open = undefined;
      open(Number(found[1]));
      return Buffer.from(rest, "latin1");
    }
    const prompts = this.#before.split(this.#prompt).length - 1;
    for (; this.#seen < prompts; this.#seen++) this.#asked();
    return undefined;
  }
}
