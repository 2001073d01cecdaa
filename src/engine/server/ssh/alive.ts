import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

const restMs = 1_000;

/**
 * Whatever the server says shows that it is alive. ssh2 counts only the answers to its own questions, which wait behind
 * all that is being sent: on a slow link it would take an upload for a dead server.
 */
export function keepAlive(client: Client, socket: Duplex): void {
  const reset: unknown = Reflect.get(client, "_resetKA");
  if (typeof reset !== "function") return;
  let last = performance.now();
  socket.on("data", () => {
    const now = performance.now();
    if (now - last < restMs) return;
    last = now;
    reset();
  });
}
