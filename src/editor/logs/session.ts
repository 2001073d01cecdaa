import { setImmediate as turn } from "node:timers/promises";
import type { Connection, FromLogs, ToLogs } from "../../../webview/protocol.ts";
import {
  type KeptLine,
  LogBook,
  type LogEvent,
  type ProcessState,
  plain,
  Screen,
} from "../../engine/environment/index.ts";

/** A million lines, and no more text than leaves the whole under 200 MB. */
export const limits = { lines: 1_000_000, bytes: 150 * 1024 * 1024 };
/** Work on the lines is cut in pieces, between which the editor's other extensions have their turn. */
const sliceMs = 8;
const linesAtOnce = 2000;

type Own = Extract<FromLogs, { type: "ready" | "filter" | "search" | "seen" | "rows" | "find" }>;

/**
 * Between the lines and the view: keeps the lines, and tells the view what it asks for. The view is told of a change
 * once it has drawn the one before, and of nothing while it is hidden; lines are read only as fast as they are kept.
 */
export class LogSession {
  readonly book: LogBook;
  readonly screen: Screen;
  readonly #send: (message: ToLogs) => void;
  readonly #stage: string | undefined;
  #connection: Connection = { is: "connecting" };
  #processes: readonly ProcessState[] = [];
  #listening = false;
  #owed = true;
  #changed = false;
  #working: Promise<void> | undefined;

  /** Of a stage, or of the environment on this machine. */
  constructor(send: (message: ToLogs) => void, stage?: string) {
    this.#stage = stage;
    this.book = new LogBook(limits);
    this.screen = new Screen(this.book);
    this.#send = send;
  }

  /** Takes in what happens until it ends. */
  async take(events: AsyncIterable<LogEvent>): Promise<void> {
    for await (const event of events) {
      switch (event.kind) {
        case "lines":
          for (let at = 0; at < event.lines.length; at += linesAtOnce) {
            this.book.append(event.lines.slice(at, at + linesAtOnce));
            await this.#work();
            await turn();
          }
          break;
        case "processes":
          this.#processes = event.processes;
          break;
        case "connection":
          this.#connection =
            event.state === "live" ? { is: "live" } : { is: "reconnecting", says: event.says };
          break;
      }
      this.#tell();
    }
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** How it stands where no lines come. */
  says(connection: Connection): void {
    this.#connection = connection;
    if (connection.is !== "reconnecting") this.#processes = [];
    this.#tell();
  }

  /** Nobody looks: nothing is told until the view is ready again. */
  hide(): void {
    this.#listening = false;
  }

  answer(message: Own): void {
    switch (message.type) {
      case "ready":
        this.#listening = true;
        this.#owed = false;
        this.screen.filter(message.filter);
        this.screen.search(message.search);
        void this.#work();
        this.#tell();
        return;
      case "filter":
        this.screen.filter(message.filter);
        void this.#work();
        this.#tell();
        return;
      case "search":
        this.screen.search(message.search);
        void this.#work();
        this.#tell();
        return;
      case "seen":
        this.#owed = false;
        if (this.#changed) this.#tell();
        return;
      case "rows": {
        const { generation, from, count } = message;
        this.#send({ type: "rows", generation, from, count, rows: this.screen.rows(from, count) });
        return;
      }
      case "find": {
        const found = this.screen.find(message.row, message.direction);
        if (found) this.#send({ type: "found", generation: this.screen.extent.generation, ...found });
        return;
      }
    }
  }

  /** The lines that are shown, or some of them, as text; the whole is never in memory at once. */
  async *text(range: { from?: number | undefined; to?: number | undefined } = {}): AsyncGenerator<string> {
    await this.#work();
    const { first, end } = this.screen.extent;
    const to = Math.min(range.to ?? end, end);
    for (let row = Math.max(range.from ?? first, first); row < to; row += linesAtOnce) {
      let piece = "";
      for (let i = row; i < Math.min(row + linesAtOnce, to); i++) {
        const line = this.screen.line(i);
        if (line) piece += `${asText(line)}\n`;
      }
      yield piece;
      await turn();
    }
  }

  /** Filters and searches what is new, a piece at a time. */
  #work(): Promise<void> {
    this.#working ??= (async () => {
      while (this.screen.work(sliceMs)) {
        this.#tell();
        await turn();
      }
    })().finally(() => {
      this.#working = undefined;
      this.#tell();
    });
    return this.#working;
  }

  #tell(): void {
    this.#changed = true;
    if (!this.#listening || this.#owed) return;
    this.#changed = false;
    this.#owed = true;
    this.#send({
      type: "state",
      state: {
        ...(this.#stage === undefined ? {} : { stage: this.#stage }),
        connection: this.#connection,
        processes: this.#processes,
        extent: this.screen.extent,
        dropped: this.book.first,
      },
    });
  }
}

function asText({ time, process, replica, server, text }: KeptLine): string {
  const who = [process, replica, server].filter((one) => one !== undefined).join(" ");
  return `${new Date(time).toISOString()} ${who} | ${plain(text)}`;
}
