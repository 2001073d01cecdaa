import * as vscode from "vscode";
import { toFault } from "../../engine/process/index.ts";
import type { Link, Terminal } from "../../engine/server/index.ts";

/** A terminal on a server, through the connection that everything else there shares: nothing is asked again. */
export function serverTerminal(
  name: string,
  connect: (signal: AbortSignal) => Promise<Link>,
): vscode.ExtensionTerminalOptions {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  const end = new AbortController();
  let size = { columns: 80, rows: 24 };
  let terminal: Terminal | undefined;

  const open = async () => {
    const link = await connect(end.signal);
    const opened = await link.terminal(size, { signal: end.signal });
    terminal = opened;
    opened.stream.setEncoding("utf8");
    opened.stream.on("data", (text: string) => written.fire(text));
    const { code } = await opened.exited;
    closed.fire(code);
  };

  return {
    name,
    iconPath: new vscode.ThemeIcon("remote"),
    pty: {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open: (given) => {
        if (given) size = given;
        open().catch((thrown: unknown) => {
          if (end.signal.aborted) return;
          // the terminal stays open with the sentence, for a terminal that vanishes says nothing
          written.fire(`${toFault(thrown).says}\r\n`);
          terminal = undefined;
        });
      },
      close: () => end.abort(),
      handleInput: (text) => {
        terminal?.stream.write(text);
      },
      setDimensions: (given) => {
        size = given;
        terminal?.resize(given);
      },
    },
  };
}
