import { text } from "node:stream/consumers";
import type { Link } from "../link.ts";

interface Call {
  token: string;
  /** Of the manager that is joined. */
  remote: string;
  address: string;
}

/**
 * Joins a swarm by Docker's API, through a channel of our connection. `docker swarm join` would take the token as an
 * argument, which every user of that server can read in the process list. Hands back what went wrong, if anything.
 */
export async function callJoin(
  link: Link,
  { token, remote, address }: Call,
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = JSON.stringify({
    ListenAddr: "0.0.0.0:2377",
    AdvertiseAddr: address,
    RemoteAddrs: [remote],
    JoinToken: token,
  });
  const head = [
    "POST /swarm/join HTTP/1.1",
    "Host: docker",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  const dial = await link.start(
    { program: "docker", args: ["system", "dial-stdio"], root: true },
    { signal },
  );
  dial.stderr.resume();
  // Its input stays open until the answer is here: an engine whose caller has hung up gives up joining.
  dial.stdin.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  const answer = await text(dial.stdout);
  dial.stdin.end();
  await dial.exited;
  const status = /^HTTP\/1\.[01] (\d+)/.exec(answer)?.[1];
  if (status === "200") return undefined;
  return /"message":"((?:[^"\\]|\\.)*)"/.exec(answer)?.[1] ?? `Docker answered ${status ?? "nothing"}`;
}
