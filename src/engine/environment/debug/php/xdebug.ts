import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import { template } from "../../../blueprint/index.ts";
import { keepRelay } from "../../relay/keep.ts";
import { passTo } from "../../relay/pass.ts";
import { openRelay } from "../../relay/relay.ts";
import { listen } from "../listen.ts";
import { PhpAdapter } from "./adapter.ts";
import { dapMessage, dapMessages } from "./dap.ts";
import type { Mapping } from "./places.ts";

interface Led {
  docker: Docker;
  /** The container, as it is now. */
  current: () => Promise<string>;
  mapping: Mapping;
  /** Where on this machine somebody waits for Xdebug; without one, editors are answered in their own language. */
  xdebugPort?: number;
}

/**
 * Xdebug dials out to whoever debugs: in the container it finds a relay at its usual port, which leads here. It is loaded
 * when the relay opens and taken out again when that ends, so that nobody pays for it who does not debug.
 */
export async function openXdebug({
  docker,
  current,
  mapping,
  xdebugPort,
}: Led): Promise<{ port: number; close: () => void }> {
  let editor: PhpAdapter | undefined;
  const serve = (_: string, run: Duplex) => {
    if (xdebugPort !== undefined) return passTo(run, { host: "127.0.0.1", port: xdebugPort });
    if (editor === undefined) return void run.destroy();
    void editor.accept(run);
  };
  const turn = (how: string) => ["perl", "-e", template("debug/xdebug.pl"), how];
  const relay = await keepRelay(async () =>
    openRelay(
      docker,
      await current(),
      { listen: { xdebug: "9003" }, before: turn("on"), after: turn("off") },
      serve,
    ),
  );
  if (xdebugPort !== undefined) return { port: xdebugPort, close: () => relay[Symbol.dispose]() };
  const { port, close } = await listen(async (socket) => {
    let seq = 0;
    const mine = new PhpAdapter(mapping, (message) => socket.write(dapMessage({ seq: ++seq, ...message })));
    editor = mine;
    try {
      await talk(mine, socket);
    } finally {
      if (editor === mine) editor = undefined;
    }
  });
  return {
    port,
    close: () => {
      close();
      relay[Symbol.dispose]();
    },
  };
}

async function talk(adapter: PhpAdapter, socket: Socket): Promise<void> {
  try {
    for await (const message of dapMessages(socket)) await adapter.handle(message);
  } finally {
    await adapter.leave();
  }
}
