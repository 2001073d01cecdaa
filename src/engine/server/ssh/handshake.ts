import type { Duplex } from "node:stream";
import type { Algorithms, Client } from "ssh2";
import { Fault, fault } from "../../process/index.ts";
import { checkHostKey, hostKeyAlgorithms } from "./hostKey.ts";
import { fingerprint } from "./knownHosts.ts";
import type { Login, LoginTools } from "./login.ts";
import type { Settings } from "./settings.ts";
import { silent } from "./transport.ts";

/** What Node's own cryptography does fast comes first; nothing that OpenSSH has given up. */
const algorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
  ],
  cipher: [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
  ],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  compress: ["none"],
} satisfies Algorithms;

/** Why an attempt ended, and whether another may go further. */
export class NotIn extends Error {
  readonly fault: Fault;
  readonly again: boolean;

  constructor(reason: Fault, again: boolean) {
    super(reason.says);
    this.fault = reason;
    this.again = again;
  }
}

interface Logged {
  client: Client;
  fingerprint: string;
}

/** Speaks SSH over a transport until the user is logged in. */
export function handshake(
  server: string,
  socket: Duplex,
  settings: Settings,
  login: Login,
  { ssh, secrets }: LoginTools,
  signal: AbortSignal,
): Promise<Logged> {
  return new Promise((resolve, reject) => {
    const client = new ssh.Client();
    let failure: Fault | undefined;
    let accepted: Buffer | undefined;
    const asked = secrets.asked;
    let lastError: (Error & { level?: string }) | undefined;

    /** The server must say something within so much time; what people are asked does not count. */
    let patience: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(patience);
      patience = setTimeout(() => fail(silent(server, settings.connectTimeoutMs)), settings.connectTimeoutMs);
    };
    const rest = () => clearTimeout(patience);
    const fail = (reason: Fault) => {
      failure ??= reason;
      socket.destroy();
      finish();
    };
    const abort = () => fail(fault("cancelled", [`The connection to ${server}`]));
    const finish = () => {
      rest();
      signal.removeEventListener("abort", abort);
      const keysLeft = tooMany(lastError) && login.goesOn();
      // sshd does not wait for ever for people to answer; now they have
      const tooLate = secrets.asked > asked && lastError?.level !== "client-authentication";
      const again = !failure && !login.failure && (keysLeft || (tooLate && !tooMany(lastError)));
      reject(new NotIn(failure ?? why(), again));
    };
    const why = (): Fault => {
      if (login.failure) return login.failure;
      if (lastError?.level === "client-authentication" || tooMany(lastError)) return login.explain();
      return fault("server-unreachable", [server, `${words(lastError, settings)}.`], { cause: lastError });
    };

    client.on("error", (error) => {
      // an agent that does not sign is no reason to end: the next key is tried
      if (!("level" in error && error.level === "agent")) lastError ??= error;
    });
    client.on("close", finish);
    socket.once("end", () => socket.destroy()); // nothing more comes: SSH knows no half a connection
    client.on("handshake", wait);
    client.on("ready", () => {
      rest();
      signal.removeEventListener("abort", abort);
      client.removeListener("close", finish);
      login.succeeded();
      resolve({ client, fingerprint: accepted ? fingerprint(accepted) : "" });
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) return abort();

    wait();
    login.begin();
    client.connect({
      sock: socket,
      username: settings.user,
      readyTimeout: 0,
      keepaliveInterval: settings.aliveIntervalMs,
      keepaliveCountMax: settings.aliveCountMax,
      algorithms: { ...algorithms, serverHostKey: hostKeyAlgorithms(settings) },
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        if (accepted?.equals(key)) return verify(true); // the keys of the session are renewed now and then
        rest();
        checkHostKey(key, server, settings, secrets).then(
          () => {
            accepted = key;
            wait();
            verify(true);
          },
          (thrown) => {
            failure ??=
              thrown instanceof Fault ? thrown : fault("server-unreachable", [server, String(thrown)]);
            verify(false);
          },
        );
      },
      authHandler: (methods, _partial, next) => {
        rest();
        login.next(methods).then((method) => {
          wait();
          // ssh2 takes false for "nothing left", which its types leave out
          next(method as Parameters<typeof next>[0]);
        });
      },
    });
  });
}

function tooMany(error: Error | undefined): boolean {
  return /too many authentication failures/i.test(error?.message ?? "");
}

/** ssh2's words and sshd's, in ours. */
function words(error: Error | undefined, { proxyCommand }: Settings): string {
  const said = error?.message ?? "";
  if (/no matching (.*)$/i.test(said))
    return `it speaks only an older or a newer SSH (${said.replace(/^Handshake failed: /, "")}). Update its SSH service`;
  if (!/before handshake|ECONNRESET|EPIPE|^$/.test(said)) return said;
  return proxyCommand === undefined
    ? "it ended the connection before the login. Check the port, and whether it shuts your address out"
    : "the ProxyCommand of your SSH configuration ended before the login. Try it in a terminal";
}
