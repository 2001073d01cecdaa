import type { ClientChannel } from "ssh2";

/**
 * Sends a signal to what runs in a session. ssh2's own method does nothing once our side of the channel has ended, which
 * it has for every program that was given its input; sshd takes signals for as long as the program runs.
 */
export function sendSignal(channel: ClientChannel, name: "TERM" | "KILL"): void {
  const client = property(channel, "_client");
  const protocol = property(client, "_protocol");
  const id = property(property(channel, "outgoing"), "id");
  const state = property(property(channel, "outgoing"), "state");
  const send = property(protocol, "signal");
  if (typeof send !== "function" || typeof id !== "number" || (state !== "open" && state !== "eof")) return;
  send.call(protocol, id, name);
}

function property(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}
