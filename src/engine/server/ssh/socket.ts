import { randomBytes } from "node:crypto";
import { pipeline } from "node:stream";
import { fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { orAbort } from "./abort.ts";
import { After } from "./gate.ts";
import { Socket } from "./streams.ts";

const kept = 2_000;

/** Leads its standard input and output to a unix socket, by a program that is there anyway. */
const lead = `
[ -S "$1" ] || exit 66
[ -r "$1" ] && [ -w "$1" ] || exit 77
has() { command -v "$1" >/dev/null 2>&1; }
printf %s "$2"
has docker && exec docker -H "unix://$1" system dial-stdio
has socat && exec socat -t 86400 - "UNIX-CONNECT:$1"
has nc && exec nc -U "$1"
exit 69
`;

/** Exit codes of the above. */
const reasons: ReadonlyMap<number, [code: "socket-denied" | "socket-refused", reason: string]> = new Map([
  [66, ["socket-refused", "it is not there"]],
  [77, ["socket-denied", ""]],
  [
    69,
    [
      "socket-refused",
      "its sshd forbids AllowStreamLocalForwarding, and it has neither docker nor socat nor nc to do without",
    ],
  ],
]);

/** A connection to a unix socket where sshd does not lead there itself. It takes one of the sessions that sshd allows. */
export class SocketOfProgram extends Socket {}

export async function throughProgram(
  link: Link,
  path: string,
  how: { root?: true; signal: AbortSignal },
): Promise<SocketOfProgram> {
  const { signal, root } = how;
  const mark = randomBytes(12).toString("hex");
  const stop = new AbortController();
  const running = await link.start(
    { program: "sh", args: ["-c", lead, "sh", path, mark], ...(root && { root }) },
    { signal: stop.signal },
  );
  const { name } = link.target;
  const from = new After(mark);
  pipeline(running.stdout, from, () => {});
  let said = "";
  running.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-kept);
  });
  const socket = new SocketOfProgram(from, running.stdin, () => stop.abort());
  const ended = running.exited.then(({ code }) => {
    if (code === 0) return;
    const known = reasons.get(code);
    if (known?.[0] === "socket-denied") throw fault("socket-denied", [name, path]);
    const reason = known?.[1] ?? said.trim().split("\n").at(-1) ?? "";
    throw fault("socket-refused", [name, path, reason.replace(/\.$/, "")]);
  });
  try {
    await orAbort(Promise.race([from.opened, ended]), signal, path);
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
  // docker dials only now; what it says when it cannot is the reason that the socket ends for
  ended.catch((error) => socket.destroy(error));
  return socket;
}
