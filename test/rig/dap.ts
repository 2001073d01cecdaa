import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { dapMessage, dapMessages } from "../../src/engine/environment/debug/php/dap.ts";

interface Message {
  type: string;
  command?: string;
  event?: string;
  request_seq?: number;
  success?: boolean;
  message?: string;
  body?: unknown;
}

/** What an editor is to a debugger: asks, and hears what happens. */
export class DapClient implements Disposable {
  readonly #socket: Socket;
  readonly #heard: Message[] = [];
  #last = 0;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    void this.#read();
  }

  static async connect(port: number): Promise<DapClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new DapClient(socket);
  }

  /** The body of the answer. */
  // biome-ignore lint/suspicious/noExplicitAny: what answers hold is the protocol's business, and is asserted upon
  async ask(command: string, args?: object): Promise<any> {
    const seq = this.send(command, args);
    const answer = await this.#find((one) => one.type === "response" && one.request_seq === seq);
    if (answer.success !== true) throw new Error(`${command}: ${JSON.stringify(answer)}`);
    return answer.body;
  }

  /** As VS Code does, which leaves out the arguments of what has none. */
  send(command: string, args?: object): number {
    const seq = ++this.#last;
    this.#socket.write(dapMessage({ seq, type: "request", command, ...(args ? { arguments: args } : {}) }));
    return seq;
  }

  /** What is said of the next such event; each is heard once. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async event(name: string): Promise<any> {
    const found = await this.#find((one) => one.type === "event" && one.event === name);
    this.#heard.splice(this.#heard.indexOf(found), 1);
    return found.body;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #find(wanted: (message: Message) => boolean): Promise<Message> {
    const late = setTimeout(() => this.#leave(), 60_000);
    for (;;) {
      const found = this.#heard.find(wanted);
      if (found || this.#ended) clearTimeout(late);
      if (found) return found;
      if (this.#ended) throw new Error(`the debugger went away; it said ${JSON.stringify(this.#heard)}`);
      await new Promise<void>((heard) => this.#waiting.add(heard));
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const message of dapMessages(this.#socket)) this.#hear(message as Message);
    } catch {
      // cut off: who waits is told below
    }
    this.#leave();
  }

  #leave(): void {
    this.#ended = true;
    this.#wake();
  }

  #hear(message: Message): void {
    this.#heard.push(message);
    this.#wake();
  }

  #wake(): void {
    for (const heard of this.#waiting) heard();
    this.#waiting.clear();
  }
}
