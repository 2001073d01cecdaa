import { connect, type NetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";

/** Leads a connection on to where somebody listens on this machine; where one ends, so does the other. */
export function passTo(connection: Duplex, to: NetConnectOpts): void {
  const socket = connect(to);
  const end = () => {
    socket.destroy();
    connection.destroy();
  };
  for (const one of [socket, connection]) one.once("error", end).once("close", end);
  connection.pipe(socket);
  socket.pipe(connection);
}
